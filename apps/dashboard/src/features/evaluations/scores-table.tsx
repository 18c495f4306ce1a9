import { Grid, Stack, Title } from "@mantine/core";
import type { EvaluationScores } from "@whetstone/schemas/api";
import { SimpleTable } from "../../components/simple-table.tsx";
import { toCount } from "../../lib/numbers.ts";
import { toFigure, toFigures, toRange } from "./format.ts";
import { words } from "./words.ts";

/** One task's figures with their intervals; for classifications the worst classes and the most frequent mistakes beside them. */
export function ScoresTable({ scores }: { scores: EvaluationScores }) {
  const classes = "classes" in scores ? scores.classes : [];
  const confusions = "confusions" in scores ? scores.confusions : [];
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: classes.length > 0 ? 5 : 12 }}>
        <Stack gap={4}>
          <Title order={3}>
            {scores.type} ({toCount(scores.sampleCount)})
          </Title>
          <SimpleTable
            label={`${scores.type}: ${words.figures}`}
            head={[words.figure, words.value, words.interval]}
            rows={toFigures(scores).map(([path, value]) => [path, toFigure(value), toRange(scores.intervals[path])])}
          />
        </Stack>
      </Grid.Col>
      {classes.length > 0 && (
        <Grid.Col span={{ base: 12, sm: 6, lg: 4 }}>
          <Title order={3}>{words.classes}</Title>
          <SimpleTable
            label={words.classes}
            maxHeight={360}
            head={[words.class, words.count, words.recall]}
            rows={classes.map((row) => [
              row.name,
              toCount(row.count),
              toFigure("recall" in row ? row.recall : row.averagePrecision),
            ])}
          />
        </Grid.Col>
      )}
      {confusions.length > 0 && (
        <Grid.Col span={{ base: 12, sm: 6, lg: 3 }}>
          <Title order={3}>{words.confusions}</Title>
          <SimpleTable
            label={words.confusions}
            maxHeight={360}
            head={[words.label, words.predicted, words.count]}
            rows={confusions.map(({ label, predicted, count }) => [label, predicted, toCount(count)])}
          />
        </Grid.Col>
      )}
    </Grid>
  );
}
