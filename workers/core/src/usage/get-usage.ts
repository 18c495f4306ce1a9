import type { Usage, UsageDay, UsageQuery } from "@whetstone/schemas/api";
import { idPrefixes } from "@whetstone/schemas/api";
import { runs } from "@whetstone/schemas/db";
import { and, gte, isNotNull, sql } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { inWorkspace } from "../scope.ts";

const dayMs = 86_400_000;

/** What the runs of the last days did, by day and kind: added up in SQL from what each run froze as it ended. */
export async function getUsage(ctx: Context, { days }: UsageQuery): Promise<Usage> {
  requireScope(ctx, "runs:read");
  const to = toDay(ctx.now().getTime());
  const fromMs = Date.parse(to) - (days - 1) * dayMs;
  const day = sql<string>`date(${runs.createdAt} / 1000, 'unixepoch')`;
  const isMeant = inWorkspace(ctx, runs, gte(runs.id, firstRunId(fromMs)), isNotNull(runs.finishedAt));
  const sumOf = (path: string) =>
    sql<number>`cast(coalesce(sum(${runs.summary} ->> ${sql.raw(`'${path}'`)}), 0) as integer)`;

  const currency = sql<string>`${runs.prices} ->> '$.currency'`;

  const [totals, sums, paid] = await ctx.db.batch([
    ctx.db
      .select({
        day: day.as("day"),
        kind: runs.kind,
        runs: sql<number>`count(*)`,
        runSeconds: sql<number>`coalesce(sum(${runs.finishedAt} - ${runs.startedAt}), 0) / 1000.0`,
        runnerSeconds: sql<number>`coalesce(sum(${runs.spentSeconds}), 0)`,
        runsWithoutPrices: sql<number>`sum(${runs.spentMoney} is null)`,
        succeededTasks: sumOf("$.tasks.succeeded"),
        failedTasks: sumOf("$.tasks.failed"),
      })
      .from(runs)
      .where(isMeant)
      .groupBy(sql`1`, runs.kind)
      .orderBy(sql`1 desc`, runs.kind),
    ctx.db
      .select({
        day: day.as("day"),
        kind: sql<UsageDay["kind"]>`${runs.kind}`,
        name: sql<string>`entry.key`,
        sum: sql<number>`sum(entry.value)`,
      })
      .from(sql`${runs}, json_each(${runs.summary}, '$.counts') as entry`)
      .where(isMeant)
      .groupBy(sql`1`, runs.kind, sql`entry.key`),
    ctx.db
      .select({
        day: day.as("day"),
        kind: runs.kind,
        currency: currency.as("currency"),
        amount: sql<number>`sum(${runs.spentMoney})`,
      })
      .from(runs)
      .where(and(isMeant, isNotNull(runs.spentMoney), isNotNull(currency)))
      .groupBy(sql`1`, runs.kind, sql`currency`)
      .orderBy(sql`currency`),
  ]);

  const data = totals.map((row) => {
    const isMine = (other: { day: string; kind: UsageDay["kind"] }) => other.day === row.day && other.kind === row.kind;
    const counts = Object.fromEntries(sums.filter(isMine).map(({ name, sum }) => [name, sum]));
    const money = paid
      .filter(isMine)
      .map(({ amount, currency: of }) => ({ amount: Number(amount.toFixed(9)), currency: of }));
    return { ...row, money, counts };
  });
  return { object: "list", from: toDay(fromMs), to, data };
}

const toDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The smallest id a run made since then can have: ids begin with their time. */
const firstRunId = (ms: number): string => `${idPrefixes.run}_${ms.toString(16).padStart(12, "0")}`;
