import { Anchor, Group, Paper, Select, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { EvaluationExamples, EvaluationResult } from "@whetstone/schemas/api";
import { useState } from "react";
import { SampleImage } from "../../components/sample-image.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { toCount } from "../../lib/numbers.ts";
import { examplesQuery } from "./queries.ts";
import { words } from "./words.ts";

interface Half {
  task: number;
  part: string;
  label: string;
}

/** What a model got wrong on a set, the worst first, with the images. */
export function ExamplesGrid({ evaluationId, result }: { evaluationId: string; result: EvaluationResult }) {
  const halves = halvesOf(result);
  const [chosen, setChosen] = useState(0);
  const half = halves[chosen];
  const { data, error, refetch } = useQuery({
    ...examplesQuery(evaluationId, { set: result.name, task: half?.task ?? 0, part: half?.part ?? "" }),
    enabled: half !== undefined,
  });
  if (!half) return null;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Title order={3}>
          {words.examples}
          {data && ` (${toCount(data.wrongCount)})`}
        </Title>
        {halves.length > 1 && (
          <Select
            aria-label={words.examplesOf}
            data={halves.map(({ label }, i) => ({ value: String(i), label }))}
            value={String(chosen)}
            allowDeselect={false}
            onChange={(next) => setChosen(Number(next))}
          />
        )}
      </Group>
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {!data && !error && <PageLoading />}
      {data?.data.length === 0 && <Text size="sm">{words.noMistakes}</Text>}
      {data && data.data.length > 0 && (
        <SimpleGrid cols={{ base: 2, sm: 4, md: 6, xl: 8 }} spacing="xs">
          {data.data.map((example) => (
            <ExampleCard key={`${example.uid} ${example.unit}`} example={example} versionId={data.versionId} />
          ))}
        </SimpleGrid>
      )}
    </Stack>
  );
}

function ExampleCard({ example, versionId }: { example: EvaluationExamples["data"][number]; versionId: string }) {
  const { sample, label, predicted, rank, uid } = example;
  return (
    <Paper withBorder p={6}>
      <Stack gap={4}>
        {sample && <SampleImage sample={sample} alt={sample.text} />}
        <Text size="xs" lineClamp={2} className="foreign">
          {label || sample?.text || uid}
        </Text>
        <Text size="xs" c="dimmed" lineClamp={2} className="foreign">
          {predicted === "" ? words.rank(rank) : `${words.takenFor} ${predicted}`}
        </Text>
        <Anchor
          size="xs"
          renderRoot={(props) => <Link {...props} to="/versions/$versionId" params={{ versionId }} search={{ uid }} />}
        >
          {words.toSample}
        </Anchor>
      </Stack>
    </Paper>
  );
}

/** Tasks whose single samples are scored; a retrieval has two halves. */
function halvesOf({ scores, files }: EvaluationResult): Half[] {
  if (!files.some(({ name }) => name === "predictions.parquet")) return [];
  return (scores ?? []).flatMap(({ type }, task): Half[] => {
    if (type === "text-scores" || type === "robustness") return [];
    if (type !== "retrieval") return [{ task, part: "", label: type }];
    return ["text-to-image", "image-to-text"].map((part) => ({ task, part, label: `${type}, ${part}` }));
  });
}
