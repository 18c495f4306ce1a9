import { Anchor, Badge, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Estimate, LoopComparison } from "@whetstone/schemas/api";
import { lazy, Suspense } from "react";
import { BudgetShare } from "../../components/budget-bars.tsx";
import { HowComputed } from "../../components/how-computed.tsx";
import { Page } from "../../components/page.tsx";
import { LoadError, PageLoading } from "../../components/states.tsx";
import { toCount } from "../../lib/numbers.ts";
import { toPercent, toRange } from "./format.ts";
import { LoopStatusBadge } from "./loop-status.tsx";
import { comparisonQuery } from "./queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/signed-in/loops/compare");
const surely = 0.05;
const CurvesChart = lazy(() => import("./curves-chart.tsx").then((module) => ({ default: module.CurvesChart })));

/** Loops side by side, and their models on the queries both were asked. */
export function CompareLoopsPage() {
  const { ids } = route.useSearch();
  const { data: comparison, error, refetch } = useQuery(comparisonQuery(ids));
  return (
    <Page title={words.comparison} guide="loops">
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {!error && !comparison && <PageLoading />}
      {comparison && <Content comparison={comparison} />}
    </Page>
  );
}

function Content({ comparison: { loops, pairs } }: { comparison: LoopComparison }) {
  const nameOf = new Map(loops.map(({ loop }) => [loop.id, loop.name]));
  const named = ({ a, b, ...pair }: LoopComparison["pairs"][number]) => ({
    ...pair,
    a: nameOf.get(a) ?? a,
    b: nameOf.get(b) ?? b,
  });
  return (
    <Stack gap="lg">
      <Table.ScrollContainer minWidth={640}>
        <Table aria-label={words.comparison}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.loop}</Table.Th>
              <Table.Th>{words.method}</Table.Th>
              <Table.Th>{words.status}</Table.Th>
              <Table.Th ta="right">{words.policyAsItCame}</Table.Th>
              <Table.Th ta="right">{words.modelInUse}</Table.Th>
              <Table.Th ta="right">{words.samples}</Table.Th>
              <Table.Th>{words.spent}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {loops.map(({ loop, base, promoted }) => (
              <Table.Tr key={loop.id}>
                <Table.Td>
                  <Anchor component={Link} to={`/loops/${loop.id}`} size="sm" fw={500} className="foreign">
                    {loop.name}
                  </Anchor>
                </Table.Td>
                <Table.Td>{loop.method}</Table.Td>
                <Table.Td>
                  <LoopStatusBadge status={loop.status} />
                </Table.Td>
                <Share share={base} />
                <Share share={promoted} />
                <Table.Td ta="right" className="tabular">
                  {toCount(loop.budget.spent.samples)}
                </Table.Td>
                <Table.Td>
                  <BudgetShare budget={loop.budget} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Suspense fallback={<PageLoading />}>
        <CurvesChart loops={loops} />
      </Suspense>
      <Stack gap="xs">
        <Group gap={4}>
          <Title order={2}>{words.pairs}</Title>
          <HowComputed of="loop_pair" />
        </Group>
        {pairs.map((pair) => (
          <Group key={`${pair.a} ${pair.b}`} gap="sm" wrap="nowrap" align="baseline">
            <Badge
              variant={pair.pValue < surely ? "filled" : "light"}
              color={pair.pValue < surely ? "green" : "gray"}
              tt="none"
            >
              p {pair.pValue.toPrecision(2)}
            </Badge>
            <Text size="sm" className="foreign">
              {words.pair(named(pair))}
            </Text>
          </Group>
        ))}
      </Stack>
    </Stack>
  );
}

function Share({ share }: { share: Estimate | null }) {
  return (
    <Table.Td ta="right" className="tabular">
      {share ? toPercent(share.value) : "–"}
      {share && (
        <Text size="xs" c="dimmed" className="tabular">
          {toRange(share)}
        </Text>
      )}
    </Table.Td>
  );
}
