import type { Run, TaskCounts } from "@whetstone/schemas/api";
import { tasks } from "@whetstone/schemas/db";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { RunRow } from "./run-kind.ts";

export type Summary = Pick<Run, "tasks" | "progress" | "counts">;

/** Above this many tasks, sums of their counts are only made as the run closes. */
const maxLiveSums = 1000;

/** What is shown of each run's tasks: frozen in the row once the run settled, else grouped in SQL. */
export async function summariseRuns(ctx: Context, rows: readonly RunRow[]): Promise<Map<string, Summary>> {
  const open = rows.filter((row) => row.summary === null);
  const live = open.length === 0 ? new Map<string, Summary>() : await summariseTasks(ctx, open);
  return new Map(rows.map((row) => [row.id, row.summary ?? live.get(row.id) ?? emptySummary(row)]));
}

/** The same from the task rows alone. `sumAll` adds up the counts of however many tasks there are. */
export async function summariseTasks(
  ctx: Context,
  rows: readonly RunRow[],
  { sumAll = false } = {},
): Promise<Map<string, Summary>> {
  const small = rows.filter((row) => sumAll || (row.taskCount ?? 0) <= maxLiveSums);
  const idsOf = (list: readonly RunRow[]) =>
    sql`(select value from json_each(${JSON.stringify(list.map((row) => row.id))}))`;
  const groups = ctx.db
    .select({
      runId: tasks.runId,
      status: tasks.status,
      count: sql<number>`count(*)`,
      sized: sql<number>`count(${tasks.progressTotal})`,
      done: sql<number>`coalesce(sum(${tasks.progressDone}), 0)`,
      total: sql<number>`coalesce(sum(${tasks.progressTotal}), 0)`,
      begun: sql<number>`coalesce(sum(min(1.0, ${tasks.progressDone} / nullif(${tasks.progressTotal}, 0))), 0)`,
      unit: sql<string | null>`max(${tasks.progressUnit})`,
    })
    .from(tasks)
    .where(inArray(tasks.runId, idsOf(rows)))
    .groupBy(tasks.runId, tasks.status);
  const sums = ctx.db
    .select({ runId: sql<string>`${tasks.runId}`, name: sql<string>`entry.key`, sum: sql<number>`sum(entry.value)` })
    .from(sql`${tasks}, json_each(${tasks.result}, '$.counts') as entry`)
    .where(and(inArray(tasks.runId, idsOf(small)), eq(tasks.status, "succeeded")))
    .groupBy(tasks.runId, sql`entry.key`);
  const [groupRows, sumRows] = await ctx.db.batch([groups, sums]);

  return new Map(
    rows.map((row) => {
      const mine = groupRows.filter((group) => group.runId === row.id);
      const counts = Object.fromEntries(
        sumRows.filter((sum) => sum.runId === row.id).map(({ name, sum }) => [name, sum]),
      );
      return [row.id, { tasks: toCounts(row, mine), progress: toProgress(row, mine), counts }];
    }),
  );
}

interface Group {
  status: keyof Omit<TaskCounts, "total">;
  count: number;
  sized: number;
  done: number;
  total: number;
  begun: number;
  unit: string | null;
}

function toCounts(row: RunRow, groups: readonly Group[]): TaskCounts {
  const counts: TaskCounts = { total: 0, queued: 0, leased: 0, succeeded: 0, failed: 0, cancelled: 0 };
  let planned = 0;
  for (const group of groups) {
    counts[group.status] = group.count;
    planned += group.count;
  }
  counts.total = row.taskCount ?? planned;
  // Waves not planned yet wait as well.
  if (row.finishedAt === null) counts.queued += Math.max(0, counts.total - planned);
  return counts;
}

/** In the tasks' own unit when every task of the run is there and knows its size, else in tasks. */
function toProgress(row: RunRow, groups: readonly Group[]): Run["progress"] {
  const sum = (pick: (group: Group) => number) => groups.reduce((total, group) => total + pick(group), 0);
  const planned = sum((group) => group.count);
  const total = row.taskCount ?? planned;
  const unit = groups.find((group) => group.unit !== null)?.unit;
  if (unit && planned > 0 && planned === total && sum((group) => group.sized) === planned) {
    return { done: sum((group) => group.done), total: sum((group) => group.total), unit };
  }
  const settled = sum((group) => (group.status === "queued" || group.status === "leased" ? 0 : group.count));
  return { done: settled + sum((group) => (group.status === "leased" ? group.begun : 0)), total, unit: "tasks" };
}

const emptySummary = (row: RunRow): Summary => ({
  tasks: toCounts(row, []),
  progress: toProgress(row, []),
  counts: {},
});
