import { Alert, Anchor, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Model, type Run, settledRunStatuses, type Version } from "@whetstone/schemas/api";
import { useEffect } from "react";
import { api } from "../../lib/api.ts";
import { useScope } from "../../lib/session.ts";
import type { PlaygroundSearch } from "../../lib/version-search.ts";
import { runQuery } from "./queries.ts";
import { words } from "./words.ts";

interface Props {
  version: Version;
  /** The chosen model, and the one whose embeddings the version has. */
  model: Model | undefined;
  other: Model | undefined;
  /** A profile run under way. */
  runId: string | undefined;
  onChange: (part: PlaygroundSearch) => void;
}

const nameOf = ({ name, number }: Model) => words.modelName(name, number);

/** A version without the chosen model's embeddings: says so, and makes them. */
export function Embedder({ version, model, other, runId, onChange }: Props) {
  const mayRun = useScope("runs:write");
  const start = useMutation({
    mutationFn: (modelId: string) => api.runs.create({ kind: "profile", versionId: version.id, modelId }),
    onSuccess: (run) => onChange({ embed: run.id }),
  });
  if (!model) return <Text>{words.chooseLead}</Text>;
  return (
    <Alert color="blue" title={words.notEmbedded(words.versionName(version.number), nameOf(model))}>
      <Stack gap="xs">
        <Text size="sm">
          {other && words.otherModel(nameOf(other))} {words.notEmbeddedLead}
        </Text>
        {runId === undefined ? (
          <Group gap="xs">
            {mayRun && (
              <Button loading={start.isPending} onClick={() => start.mutate(model.id)}>
                {words.embed}
              </Button>
            )}
            {other && (
              <Button variant="default" onClick={() => onChange({ model: other.id })}>
                {words.useOther(nameOf(other))}
              </Button>
            )}
          </Group>
        ) : (
          <Making runId={runId} onMade={(id) => onChange({ version: id, embed: undefined })} />
        )}
        {start.error && (
          <Text size="sm" c="red" role="alert">
            {start.error.message}
          </Text>
        )}
      </Stack>
    </Alert>
  );
}

/** The run that makes them; its version takes the place of the one without. */
function Making({ runId, onMade }: { runId: string; onMade: (versionId: string) => void }) {
  const { data: run } = useQuery(runQuery(runId));
  const made = run?.status === "succeeded" ? run.output.versionId : null;
  useEffect(() => {
    if (made !== null) onMade(made);
    // Told once: what is done with it changes the address, and this goes away.
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, [made]);
  return (
    <Stack gap={6}>
      <Text size="sm" role="status">
        {run && isLost(run) ? `${words.embedFailed}: ${run.error?.message ?? run.status}` : words.embedding}
      </Text>
      <Progress value={run && run.progress.total > 0 ? (100 * run.progress.done) / run.progress.total : 0} />
      <Anchor component={Link} to={`/runs/${runId}`} size="sm">
        {words.toRun}
      </Anchor>
    </Stack>
  );
}

const isLost = ({ status }: Run) => status !== "succeeded" && settledRunStatuses.includes(status);
