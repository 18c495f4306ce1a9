import { Paper, Stack, Text } from "@mantine/core";
import type { Run } from "@whetstone/schemas/api";
import { barsOfRun } from "../../components/bars-of-budget.ts";
import { BudgetBars } from "../../components/budget-bars.tsx";
import { words } from "./words.ts";

/** What a run has cost so far, against its limits. */
export function RunCost({ run }: { run: Run }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={words.cost}>
      <Stack gap="xs">
        <BudgetBars bars={barsOfRun(run.budget)} of="cost" />
        {run.budget.spent.money === null && (
          <Text size="xs" c="dimmed">
            {words.noPrices}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
