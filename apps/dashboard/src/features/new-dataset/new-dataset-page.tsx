import {
  Alert,
  Anchor,
  Button,
  Code,
  FileInput,
  Group,
  Paper,
  Progress,
  Stack,
  Stepper,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Page } from "../../components/page.tsx";
import { toBytes, toCount } from "../../lib/numbers.ts";
import { makeDataset, type Stage } from "./make-dataset.ts";
import { maxFileBytes } from "./send-file.ts";
import { words } from "./words.ts";

const steps = { choosing: 0, sending: 1, reading: 1, made: 3 } as const;

/** The first page of an empty workspace: choose files, wait while they are read, look at them. */
export function NewDatasetPage() {
  const [stage, setStage] = useState<Stage>({ name: "choosing" });
  const [name, setName] = useState("");
  const [files, setFiles] = useState<File[]>([]);
  const leaving = useRef(new AbortController());
  const cache = useQueryClient();
  const { mutate, error, isPending, reset } = useMutation({
    mutationFn: () => makeDataset({ name, files }, { signal: leaving.current.signal, onStage: setStage }),
    onSettled: () => cache.invalidateQueries({ queryKey: ["datasets"] }),
  });
  useEffect(() => {
    leaving.current = new AbortController();
    return () => leaving.current.abort();
  }, []);
  const tooLarge = files.find(({ size }) => size > maxFileBytes);

  return (
    <Page title={words.title} guide="ingest">
      <Stack maw={720} gap="lg">
        <Text size="sm">{words.lead}</Text>
        <Stepper active={steps[stage.name]} size="sm" allowNextStepsSelect={false}>
          <Stepper.Step label={words.choose} />
          <Stepper.Step label={stage.name === "reading" ? words.reading : words.sending} loading={isPending} />
          <Stepper.Step label={words.look} />
        </Stepper>
        {error && (
          <Alert color="red" role="alert">
            <Text size="sm" className="foreign">
              {error.message}
            </Text>
            <Button
              mt="sm"
              variant="light"
              color="red"
              onClick={() => {
                reset();
                setStage({ name: "choosing" });
              }}
            >
              {words.again}
            </Button>
          </Alert>
        )}
        {stage.name === "choosing" && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              mutate();
            }}
          >
            <Stack>
              <TextInput
                size="sm"
                label={words.name}
                required
                maxLength={100}
                value={name}
                onChange={({ currentTarget }) => setName(currentTarget.value)}
              />
              <FileInput
                size="sm"
                label={words.files}
                description={words.filesHint}
                required
                multiple
                clearable
                value={files}
                onChange={setFiles}
                error={tooLarge ? words.tooLarge(tooLarge.name) : undefined}
              />
              <Group>
                <Button
                  type="submit"
                  size="sm"
                  loading={isPending}
                  disabled={name.trim() === "" || files.length === 0 || tooLarge !== undefined}
                >
                  {words.send}
                </Button>
              </Group>
              <Text size="sm" c="dimmed">
                {words.byHand}
              </Text>
              <Code block>{words.command}</Code>
            </Stack>
          </form>
        )}
        {!error && <Going stage={stage} />}
      </Stack>
    </Page>
  );
}

function Going({ stage }: { stage: Stage }) {
  switch (stage.name) {
    case "choosing":
      return null;
    case "sending":
      return (
        <Bar
          share={stage.sentBytes / Math.max(1, stage.totalBytes)}
          text={`${toBytes(stage.sentBytes)} / ${toBytes(stage.totalBytes)}`}
        />
      );
    case "reading":
      return (
        <Stack gap="xs">
          <Bar
            share={stage.done / Math.max(1, stage.total)}
            text={`${toCount(stage.done)} / ${toCount(stage.total)} ${stage.unit}`}
          />
          <Text size="sm">{words.readingLead}</Text>
          <Anchor component={Link} to={`/runs/${stage.runId}`} size="sm">
            {words.toRun}
          </Anchor>
        </Stack>
      );
    case "made":
      return (
        <Paper withBorder p="lg">
          <Group justify="space-between">
            <Text fw={600}>{words.made}</Text>
            <Button component={Link} to={`/versions/${stage.versionId}`} size="sm">
              {words.toVersion}
            </Button>
          </Group>
        </Paper>
      );
  }
}

function Bar({ share, text }: { share: number; text: string }) {
  return (
    <Stack gap={4} role="status">
      <Progress value={100 * share} aria-label={text} />
      <Text size="xs" className="tabular">
        {text}
      </Text>
    </Stack>
  );
}
