import { Group, Progress, Text } from "@mantine/core";
import type { Run } from "@whetstone/schemas/api";
import { toCount } from "../../lib/numbers.ts";
import { words } from "./words.ts";

/** How far a run is: the share of its work done, in its own unit. */
export function RunProgress({ run: { progress, tasks } }: { run: Run }) {
  const whole = progress.total > 0 ? progress.done / progress.total : tasks.succeeded / Math.max(1, tasks.total);
  return (
    <Group gap="xs" wrap="nowrap">
      <Progress value={100 * whole} w={96} aria-label={words.progress} />
      <Text size="xs" className="tabular">
        {toCount(progress.done)} / {toCount(progress.total)} {progress.unit}
      </Text>
    </Group>
  );
}
