import { Group, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import type { Loop } from "@whetstone/schemas/api";
import { toDuration } from "../lib/numbers.ts";
import { strings } from "../strings.ts";
import { type Bar, barsOfLoop } from "./bars-of-budget.ts";
import { HowComputed } from "./how-computed.tsx";

const { budget: words } = strings;
const nearlySpent = 90;

/** What was spent so far, against its limit where there is one. `of` is what says how it is computed. */
export function BudgetBars({ bars, of }: { bars: Bar[]; of: string }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3, xl: 5 }} spacing="md" verticalSpacing="sm">
      {bars.map(({ name, spent, limit, share }) => (
        <Stack key={name} gap={4}>
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <Text size="xs" c="dimmed">
              {name}
            </Text>
            <Text size="xs" className="tabular">
              {limit === undefined ? spent : `${spent} / ${limit}`}
            </Text>
          </Group>
          {share === undefined ? (
            <Text size="xs" c="dimmed">
              {words.unlimited}
            </Text>
          ) : (
            <Progress
              value={Math.min(100, share)}
              color={share > nearlySpent ? "red" : "indigo"}
              aria-label={`${name}: ${words.label}`}
            />
          )}
        </Stack>
      ))}
      <Group gap={2} align="center">
        <Text size="xs" c="dimmed">
          {words.label}
        </Text>
        <HowComputed of={of} />
      </Group>
    </SimpleGrid>
  );
}

/** Spent of the tightest limit of a loop, for one line of a list. */
export function BudgetShare({ budget }: { budget: Loop["budget"] }) {
  const [tightest] = barsOfLoop(budget)
    .filter(({ share }) => share !== undefined)
    .toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0));
  if (!tightest)
    return (
      <Text size="xs" className="tabular">
        {toDuration(1000 * budget.spent.gpuSeconds)}
      </Text>
    );
  const { name, spent, limit, share = 0 } = tightest;
  return (
    <Group gap="xs" wrap="nowrap">
      <Progress value={Math.min(100, share)} w={72} aria-label={`${name}: ${words.label}`} />
      <Text size="xs" className="tabular" style={{ whiteSpace: "nowrap" }}>
        {spent} / {limit} {name.toLowerCase()}
      </Text>
    </Group>
  );
}
