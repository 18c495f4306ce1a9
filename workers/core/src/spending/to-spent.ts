import type { RunSpent } from "@whetstone/schemas/api";
import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { isSettled } from "../runs/load-run.ts";
import type { RunRow } from "../runs/run-kind.ts";
import { underWay } from "./under-way.ts";

interface Held {
  seconds: number;
  money: number | null;
}

/** What attempts at work have taken so far, by run. */
export async function findHeld(ctx: Context, rows: readonly RunRow[]): Promise<Map<string, Held>> {
  const open = rows.filter((row) => !isSettled(row)).map(({ id }) => id);
  if (open.length === 0) return new Map();
  const ids = sql`(select value from json_each(${JSON.stringify(open)}))`;
  const found = await ctx.db.all<Held & { run_id: string }>(underWay(ctx, ids));
  return new Map(found.map((row) => [row.run_id, row]));
}

/** What a run has spent: by ended attempts, kept in its row, and by those at work. */
export function toSpent(row: RunRow, held: Held = { seconds: 0, money: 0 }): RunSpent {
  const { prices, spentSeconds, spentTokens, spentMoney } = row;
  return {
    runnerSeconds: spentSeconds === null ? null : round(spentSeconds + held.seconds, 3),
    tokens: spentTokens,
    money:
      prices === null || spentMoney === null
        ? null
        : { amount: round(spentMoney + (held.money ?? 0), 9), currency: prices.currency },
  };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
