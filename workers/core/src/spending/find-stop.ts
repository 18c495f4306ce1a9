import type { RunBudget } from "@whetstone/schemas/api";
import { tasks } from "@whetstone/schemas/db";
import { and, eq, ne } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { RunRow } from "../runs/run-kind.ts";

type Account = Pick<RunRow, "spentSeconds" | "spentTokens" | "spentMoney">;

/** The limit that an account has reached, in words; undefined while there is none. */
export function findReached(budget: RunBudget | null, account: Account): string | undefined {
  const bars = [
    { limit: budget?.tokens, spent: account.spentTokens, unit: "tokens" },
    { limit: budget?.runnerSeconds, spent: account.spentSeconds, unit: "runner seconds" },
    { limit: budget?.money?.amount, spent: account.spentMoney, unit: budget?.money?.currency },
  ];
  const full = bars.find(({ limit, spent }) => limit !== undefined && spent !== null && spent >= limit);
  return full && `the budget of ${full.limit} ${full.unit} is spent (${Number(full.spent?.toPrecision(6))} so far)`;
}

/** Why a run whose tasks are all settled stops short: its budget is spent and work is left. */
export async function findStop(ctx: Context, run: RunRow): Promise<{ code: string; message: string } | undefined> {
  const reached = findReached(run.budget, run);
  if (reached === undefined) return undefined;
  const left = (run.taskCount ?? 0) - (await countBegun(ctx, run.id));
  if (left === 0) return undefined;
  return {
    code: "budget_spent",
    message: `${reached} with ${left} of ${run.taskCount} tasks left; what is done is kept: try the rest with a larger one (whetstone run retry ${run.id} --budget ...)`,
  };
}

/** Tasks that were begun: of a run that stopped short, those it never came to are cancelled or not planned. */
export async function countBegun(ctx: Context, runId: string): Promise<number> {
  return ctx.db.$count(tasks, and(eq(tasks.runId, runId), ne(tasks.status, "cancelled")));
}
