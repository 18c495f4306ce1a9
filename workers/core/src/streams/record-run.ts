import type { BlockType, StreamEntry } from "@whetstone/schemas/api";
import { blocks, experienceBatches, streams } from "@whetstone/schemas/db";
import { and, desc, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { runEvent } from "../runs/run-event.ts";
import { appendBatch, OutdatedRevision } from "./append-batch.ts";
import { findOrCreateLifetime } from "./find-or-create-lifetime.ts";
import type { LifetimeRow, StreamRow } from "./stream-row.ts";
import { toTimestamp } from "./take-experiences.ts";

const maxTries = 20;

export interface RunRecord {
  run: { id: string; workspaceId: string };
  entry: StreamEntry;
  blockType: BlockType;
  /** What the run measured, in order: one experience each. */
  experiences: { performance: number; loss: number | null }[];
}

/**
 * Writes what a run measured into the stream it names, once: training as a learning block of its own, an evaluation into the evaluation
 * block at the end of the lifetime. A stream that won't take it costs the run nothing but a line in its story.
 */
export async function recordRun(ctx: Context, record: RunRecord): Promise<void> {
  if (record.experiences.length === 0) return;
  const { run, entry } = record;
  const [stream] = await ctx.db
    .select()
    .from(streams)
    .where(and(eq(streams.id, entry.streamId), eq(streams.workspaceId, run.workspaceId)));
  try {
    if (!stream) throw new AppError("not_found", `stream ${entry.streamId} does not exist any more`);
    await append(ctx, { ...record, stream });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const data = { streamId: entry.streamId, code: error.code, message: error.message };
    await runEvent(ctx, { runId: run.id, type: "stream.refused", data });
  }
}

/** Another batch may come between looking for the place and writing there: then the place is looked for again. */
async function append(ctx: Context, record: RunRecord & { stream: StreamRow }): Promise<void> {
  const { run, entry, stream, experiences } = record;
  const writer = `run:${run.id}`;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const lifetime = await findOrCreateLifetime(ctx, { stream, lifetime: entry.lifetime, role: "learner" });
    if (await isRecorded(ctx, lifetime, writer)) return;
    const { blockNum, expNum } = await placeOf(ctx, lifetime, record.blockType);
    try {
      await appendBatch(ctx, {
        stream,
        lifetime: entry.lifetime,
        role: "learner",
        writer,
        sequence: 0,
        bodyHash: run.id,
        revision: lifetime.revision,
        experiences: {
          rowCount: experiences.length,
          columns: {
            block_num: { all: blockNum },
            block_type: { all: record.blockType },
            block_subtype: { all: "wake" },
            exp_num: { each: experiences.map((_, i) => expNum + i) },
            exp_status: { all: "complete" },
            worker_id: { all: "worker-default" },
            task_name: { all: entry.taskName },
            task_params: { all: "{}" },
            timestamp: { all: toTimestamp(ctx.now()) },
            performance: { each: experiences.map(({ performance }) => performance) },
            loss: { each: experiences.map(({ loss }) => loss) },
            run_id: { all: run.id },
          },
        },
      });
      return;
    } catch (error) {
      if (!(error instanceof OutdatedRevision)) throw error;
    }
  }
  throw new AppError("conflict", `lifetime ${entry.lifetime} of ${stream.id} changes too fast to add to its end`);
}

async function isRecorded(ctx: Context, lifetime: LifetimeRow, writer: string): Promise<boolean> {
  const mine = and(eq(experienceBatches.lifetimeId, lifetime.id), eq(experienceBatches.writer, writer));
  return (await ctx.db.$count(experienceBatches, mine)) > 0;
}

/** The lifetime's end: evaluations join an evaluation block, everything else begins a new one. */
async function placeOf(
  ctx: Context,
  lifetime: LifetimeRow,
  blockType: BlockType,
): Promise<{ blockNum: number; expNum: number }> {
  const [last] = await ctx.db
    .select({ blockNum: blocks.blockNum, blockType: blocks.blockType, lastExpNum: blocks.lastExpNum })
    .from(blocks)
    .where(eq(blocks.lifetimeId, lifetime.id))
    .orderBy(desc(blocks.blockNum))
    .limit(1);
  if (!last) return { blockNum: 0, expNum: 0 };
  const joins = blockType === "test" && last.blockType === "test";
  return { blockNum: joins ? last.blockNum : last.blockNum + 1, expNum: last.lastExpNum + 1 };
}
