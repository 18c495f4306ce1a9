import type { Heartbeat, HeartbeatAnswer } from "@whetstone/schemas/tasks";
import { tasks } from "@whetstone/schemas/db";
import { and, inArray, sql } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { seeRunner } from "../runners/see-runner.ts";
import { spendAttempts } from "../spending/spend-attempts.ts";
import { findFileProblem } from "./check-files.ts";
import { attemptPrefix, isCallersTask, isOfRunningRun, leaseEnd } from "./leases.ts";
import { nudgeSettled } from "./open-tasks.ts";
import { tellNotes } from "./tell-notes.ts";

type Beat = Heartbeat["tasks"][number];

/** The plus keeps SQLite off the index by status, which would walk every leased task there is instead of the few named. */
const isStatus = (status: "leased" | "cancelled") => sql`+${tasks.status} = ${status}`;

/** Extends all leases that still hold in one write, keeps what they report, and tells which to stop. */
export async function heartbeatTasks(ctx: Context, input: Heartbeat): Promise<HeartbeatAnswer> {
  requireScope(ctx, "runner");
  await seeRunner(ctx, input.runnerId);
  if (input.tasks.length === 0) return { tasks: [] };

  const payload = JSON.stringify(await withCheckedCheckpoints(ctx, input.tasks));
  const beats = sql`json_each(${payload}) as beat`;
  const isBeating = and(
    sql`${tasks.id} = beat.value ->> '$.taskId' and ${tasks.attempt} = beat.value ->> '$.attempt' and ${tasks.lease} = beat.value ->> '$.lease'
      and ${isStatus("leased")}`,
    isCallersTask(ctx),
  );
  const isStopped = and(isBeating, sql`not ${isOfRunningRun}`);
  const cancelledAttempts = sql`select ${tasks.id}, ${tasks.runId}, ${tasks.runnerId}, ${tasks.leasedAt}, ${ctx.now().getTime()} as ended_at,
    0 as prompt_tokens, 0 as completion_tokens, 0 as other_tokens from ${beats} cross join ${tasks} where ${isStopped}`;
  const cancel = ctx.db
    .update(tasks)
    .set({ status: "cancelled", lease: null, leaseExpiresAt: null, finishedAt: ctx.now() })
    .from(beats)
    .where(isStopped)
    .returning({ id: sql<string>`id`, runId: sql<string>`run_id`, status: sql<string>`status` });
  const extend = ctx.db
    .update(tasks)
    .set({
      leaseExpiresAt: leaseEnd(ctx),
      progressDone: sql`coalesce(beat.value ->> '$.progress.done', ${tasks.progressDone})`,
      progressTotal: sql`coalesce(beat.value ->> '$.progress.total', ${tasks.progressTotal})`,
      progressUnit: sql`coalesce(beat.value ->> '$.progress.unit', ${tasks.progressUnit})`,
      checkpoint: sql`coalesce(beat.value -> '$.checkpoint', ${tasks.checkpoint})`,
    })
    .from(beats)
    .where(isBeating)
    .returning({ id: sql<string>`id` });
  const ids = JSON.stringify(input.tasks.map((task) => task.taskId));
  const look = ctx.db
    .select({ id: tasks.id })
    .from(tasks)
    .where(
      and(inArray(tasks.id, sql`(select value from json_each(${ids}))`), isStatus("cancelled"), isCallersTask(ctx)),
    );

  const tell = input.tasks.some((beat) => beat.notes?.length) ? tellNotes(ctx, { beats, isBeating }) : [];
  const [, , , cancelled, extended, stopped] = await ctx.db.batch([
    ...spendAttempts(ctx, cancelledAttempts),
    cancel,
    extend,
    look,
    ...tell,
  ]);
  await nudgeSettled(ctx, cancelled);
  const held = new Set(extended.map((row) => row.id));
  const ended = new Set(stopped.map((row) => row.id));
  const stateOf = (taskId: string) => {
    if (held.has(taskId)) return "held";
    return ended.has(taskId) ? "cancelled" : "lost";
  };
  return { tasks: input.tasks.map(({ taskId }) => ({ taskId, state: stateOf(taskId) })) };
}

/** A checkpoint counts once its bytes are in storage, under the attempt that made it; one that isn't there is left out. */
async function withCheckedCheckpoints(ctx: Context, beats: readonly Beat[]): Promise<unknown[]> {
  const ids = JSON.stringify(beats.flatMap((beat) => (beat.checkpoint ? [beat.taskId] : [])));
  if (ids === "[]") return [...beats];
  const rows = await ctx.db
    .select({ id: tasks.id, workspaceId: tasks.workspaceId, runId: tasks.runId })
    .from(tasks)
    .where(and(inArray(tasks.id, sql`(select value from json_each(${ids}))`), isCallersTask(ctx)));
  const rowOf = new Map(rows.map((row) => [row.id, row]));

  return Promise.all(
    beats.map(async ({ checkpoint, ...beat }) => {
      const row = rowOf.get(beat.taskId);
      if (!checkpoint || !row) return beat;
      const prefix = attemptPrefix({ ...row, attempt: beat.attempt });
      const problem = await findFileProblem(ctx, { prefix, files: [checkpoint] });
      return problem ? beat : { ...beat, checkpoint: { ...checkpoint, key: `${prefix}/${checkpoint.name}` } };
    }),
  );
}
