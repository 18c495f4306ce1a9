import { Group, Progress, Stack, Text } from "@mantine/core";
import type { Run } from "@whetstone/schemas/api";
import { toCount } from "../../lib/numbers.ts";
import { words } from "./words.ts";

const states = [
  ["succeeded", "green"],
  ["leased", "blue"],
  ["queued", "gray"],
  ["failed", "red"],
  ["cancelled", "dark"],
] as const;

/** All tasks of a run as one bar: as readable with a hundred thousand as with ten. */
export function TaskMap({ tasks }: { tasks: Run["tasks"] }) {
  const present = states.filter(([state]) => tasks[state] > 0);
  return (
    <Stack gap={6} role="group" aria-label={words.map}>
      <Progress.Root size="lg">
        {present.map(([state, colour]) => (
          <Progress.Section
            key={state}
            value={(100 * tasks[state]) / Math.max(1, tasks.total)}
            color={colour}
            aria-label={`${state} ${tasks[state]}`}
          />
        ))}
      </Progress.Root>
      <Group gap="md">
        {present.map(([state, colour]) => (
          <Text key={state} size="xs" className="tabular">
            <Text span c={colour} aria-hidden>
              ●{" "}
            </Text>
            {toCount(tasks[state])} {state}
          </Text>
        ))}
      </Group>
    </Stack>
  );
}
