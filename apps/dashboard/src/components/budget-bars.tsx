import { Group, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import type { Loop } from "@whetstone/schemas/api";
import { toCount, toDuration } from "../lib/numbers.ts";
import { strings } from "../strings.ts";
import { HowComputed } from "./how-computed.tsx";

const { budget: words } = strings;
const secondsPerHour = 3600;
const nearlySpent = 90;

/** What was spent so far, against its limit where there is one. */
export function BudgetBars({ budget }: { budget: Loop["budget"] }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3, xl: 5 }} spacing="md" verticalSpacing="sm">
      {barsOf(budget).map(({ name, spent, limit, share }) => (
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
        <HowComputed of="budget" />
      </Group>
    </SimpleGrid>
  );
}

/** Spent of the tightest limit, for one line of a list. */
export function BudgetShare({ budget }: { budget: Loop["budget"] }) {
  const [tightest] = barsOf(budget)
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

interface Bar {
  name: string;
  spent: string;
  limit: string | undefined;
  share: number | undefined;
}

function barsOf({ limits, spent }: Loop["budget"]): Bar[] {
  const { money } = limits;
  const seconds = (value: number): string => toDuration(1000 * value);
  return [
    toBar(words.samples, [spent.samples, limits.samples], toCount),
    toBar(words.tokens, [spent.tokens, limits.tokens], toCount),
    toBar(words.gpuTime, [spent.gpuSeconds, limits.gpuSeconds], seconds),
    toBar(words.workTime, [spent.wallSeconds, limits.wallSeconds], seconds),
    ...(money
      ? [
          toBar(words.money, [(spent.gpuSeconds / secondsPerHour) * money.perGpuHour, money.amount], (value) =>
            new Intl.NumberFormat("en", { style: "currency", currency: money.currency }).format(value),
          ),
        ]
      : []),
  ];
}

function toBar(name: string, [spent, limit]: [number, number | undefined], say: (value: number) => string): Bar {
  return {
    name,
    spent: say(spent),
    limit: limit === undefined ? undefined : say(limit),
    share: limit === undefined ? undefined : (100 * spent) / limit,
  };
}
