import { Alert, Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Evaluation, EvaluationResult } from "@whetstone/schemas/api";
import { HowComputed } from "../../components/how-computed.tsx";
import { Page } from "../../components/page.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { SimpleTable } from "../../components/simple-table.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { toCount } from "../../lib/numbers.ts";
import { ExamplesGrid } from "./examples-grid.tsx";
import { toFigure, toRange } from "./format.ts";
import { evaluationQuery } from "./queries.ts";
import { ShareButton } from "./share-button.tsx";
import { ScoresTable } from "./scores-table.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/evaluations/$evaluationId");

/** What an evaluation found: aggregates, then each set with its figures, intervals, worst classes and mistakes. */
export function EvaluationPage() {
  const { evaluationId } = route.useParams();
  const { data: evaluation, error, refetch } = useQuery(evaluationQuery(evaluationId));
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  if (!evaluation) return <PageLoading />;
  const { id, name, status, results, runId, modelId } = evaluation;

  return (
    <Page
      title={name ?? id.slice(0, 13)}
      guide="evaluate"
      actions={
        <>
          <ShortId id={id} />
          <StatusBadge status={status} />
          <ShareButton evaluationId={id} />
          <Button variant="default" component="a" href={`/v1/evaluations/${id}/results?format=csv`}>
            {words.download}
          </Button>
          <Button variant="default" component="a" href={`/v1/evaluations/${id}/results?format=html`}>
            {words.page}
          </Button>
        </>
      }
    >
      <Group gap="md">
        <Anchor component={Link} to={`/models/${modelId}`} size="sm">
          {words.model}
        </Anchor>
        <Anchor component={Link} to={`/runs/${runId}`} size="sm">
          {words.run}
        </Anchor>
      </Group>
      {!results && <Text c="dimmed">{words.waiting}</Text>}
      <Aggregates evaluation={evaluation} />
      {results?.map((result) => (
        <SetResult key={result.name} result={result} evaluationId={id} />
      ))}
      <Text size="xs" c="dimmed">
        {words.computed}
      </Text>
    </Page>
  );
}

function Aggregates({ evaluation: { aggregates } }: { evaluation: Evaluation }) {
  if (!aggregates || aggregates.length === 0) return null;
  return (
    <Stack gap="xs">
      <Title order={2}>{words.aggregates}</Title>
      <SimpleTable
        label={words.aggregates}
        head={[words.figure, words.value]}
        rows={aggregates.map(({ label, value }) => [label, value === null ? "–" : toFigure(value)])}
      />
    </Stack>
  );
}

function SetResult({ result, evaluationId }: { result: EvaluationResult; evaluationId: string }) {
  const { name, status, error, main, cleanMain, scores, contamination } = result;
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Title order={2}>{name}</Title>
        <StatusBadge status={status} />
        {main && (
          <Text className="tabular" fw={600}>
            {main.metric} <HowComputed of={main.metric} /> {toFigure(main.value)}{" "}
            <Text span c="dimmed" size="sm">
              {toRange(main.interval)}
            </Text>
          </Text>
        )}
      </Group>
      {error && (
        <Text c="red" className="foreign">
          {error.code}: {error.message}
        </Text>
      )}
      {contamination && contamination.seenSampleCount > 0 && (
        <Alert color="yellow" title={`${words.seen}: ${toCount(contamination.seenSampleCount)}`}>
          {cleanMain &&
            `${words.clean}: ${cleanMain.metric} ${toFigure(cleanMain.value)} (${toRange(cleanMain.interval)})`}
        </Alert>
      )}
      {scores?.map((each) => (
        <ScoresTable key={each.type} scores={each} />
      ))}
      {status === "succeeded" && <ExamplesGrid evaluationId={evaluationId} result={result} />}
    </Stack>
  );
}
