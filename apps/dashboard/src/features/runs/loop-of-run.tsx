import { Anchor, Paper, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Run } from "@whetstone/schemas/api";
import { barsOfLoop } from "../../components/bars-of-budget.ts";
import { BudgetBars } from "../../components/budget-bars.tsx";
import { loopOfRunQuery } from "./queries.ts";
import { words } from "./words.ts";

/** What the loop behind a run has spent of its budget, and the way to its page. */
export function LoopOfRun({ run }: { run: Run }) {
  const { data: loop } = useQuery(loopOfRunQuery(run));
  if (!loop) return null;
  return (
    <Paper withBorder p="md" component="section" aria-label={words.budget}>
      <Stack gap="sm">
        <BudgetBars bars={barsOfLoop(loop.budget)} of="budget" />
        <Anchor component={Link} to={`/loops/${loop.id}`} size="sm">
          {words.toLoop}
        </Anchor>
      </Stack>
    </Paper>
  );
}
