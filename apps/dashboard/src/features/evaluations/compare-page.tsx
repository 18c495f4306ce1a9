import { Badge, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Comparison, Pair } from "@whetstone/schemas/api";
import { Page } from "../../components/page.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { toCount } from "../../lib/numbers.ts";
import { toFigure } from "./format.ts";
import { ComparisonCharts } from "./comparison-charts.tsx";
import { comparisonQuery, evaluationQuery } from "./queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/compare");

/** Models side by side on the same samples: figures, then what of the differences is more than chance, in plain sentences. */
export function ComparePage() {
  const { ids } = route.useSearch();
  const { data: comparison, error, refetch } = useQuery(comparisonQuery(ids));
  return (
    <Page title={words.comparison} guide="evaluate">
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {!error && !comparison && <PageLoading />}
      {comparison && <Content comparison={comparison} />}
    </Page>
  );
}

function Content({ comparison }: { comparison: Comparison }) {
  const { evaluations, comparisons, skipped, note } = comparison;
  const nameOf = new Map(evaluations.map(({ id, model }) => [id, model]));
  return (
    <Stack gap="lg">
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label={words.comparison}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.sets}</Table.Th>
              {evaluations.map(({ id, model }) => (
                <Table.Th key={id} ta="right">
                  {model}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {comparisons.map((row) => {
              const best = Math.max(...row.means.map(({ value }) => value));
              return (
                <Table.Tr key={`${row.set} ${row.task} ${row.part}`}>
                  <Table.Td>
                    {row.set} · {row.task} {row.part} ({toCount(row.count)})
                  </Table.Td>
                  {row.means.map(({ evaluationId, value }) => (
                    <Table.Td key={evaluationId} ta="right" className="tabular" fw={value === best ? 700 : undefined}>
                      {toFigure(value)} <Mark evaluationId={evaluationId} isBest={value === best} pairs={row.pairs} />
                    </Table.Td>
                  ))}
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {comparisons.map((row) => (
        <Stack key={`${row.set} ${row.task} ${row.part}`} gap="xs">
          <Title order={2}>
            {row.set} · {row.task} {row.part}
          </Title>
          {row.pairs.map((pair) => (
            <PairLine key={`${pair.a} ${pair.b}`} pair={pair} nameOf={nameOf} />
          ))}
        </Stack>
      ))}
      <Charts comparison={comparison} />
      {skipped.length > 0 && (
        <div>
          <Title order={2}>{words.skipped}</Title>
          {skipped.map(({ set, reason }) => (
            <Text key={set} size="sm" className="foreign">
              {set}: {reason}
            </Text>
          ))}
        </div>
      )}
      <Text size="xs" c="dimmed">
        {note} {words.computed}
      </Text>
    </Stack>
  );
}

/** Bars of all that was compared; each evaluation is asked for whole, and those there already are not asked again. */
function Charts({ comparison: { evaluations } }: { comparison: Comparison }) {
  const whole = useQueries({
    queries: evaluations.map(({ id }) => evaluationQuery(id)),
    combine: (answers) => answers.flatMap(({ data }) => (data ? [data] : [])),
  });
  if (whole.length < evaluations.length) return <PageLoading />;
  return <ComparisonCharts evaluations={whole} names={evaluations} />;
}

/** A star beside the best where it is ahead of every other by more than chance. */
function Mark({ evaluationId, isBest, pairs }: { evaluationId: string; isBest: boolean; pairs: Pair[] }) {
  const own = pairs.filter(({ a, b }) => a === evaluationId || b === evaluationId);
  const isSure = isBest && own.length > 0 && own.every(({ isSignificant }) => isSignificant);
  return isSure ? <abbr title={words.surelyBest}>*</abbr> : null;
}

function PairLine({ pair, nameOf }: { pair: Pair; nameOf: Map<string, string> }) {
  return (
    <Group gap="sm" wrap="nowrap" align="baseline">
      <Badge variant={pair.isSignificant ? "filled" : "light"} color={pair.isSignificant ? "green" : "gray"} tt="none">
        p {pair.adjustedPValue.toPrecision(2)}
      </Badge>
      <Text size="sm" className="foreign" title={`${nameOf.get(pair.a) ?? pair.a} · ${nameOf.get(pair.b) ?? pair.b}`}>
        {pair.sentence}
      </Text>
    </Group>
  );
}
