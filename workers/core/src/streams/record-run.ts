import type { BlockType, StreamEntry } from "@whetstone/schemas/api";
import { streams } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { runEvent } from "../runs/run-event.ts";
import { appendAtEnd } from "./append-at-end.ts";

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
  const { run, entry, blockType, experiences } = record;
  const [stream] = await ctx.db
    .select()
    .from(streams)
    .where(and(eq(streams.id, entry.streamId), eq(streams.workspaceId, run.workspaceId)));
  try {
    if (!stream) throw new AppError("not_found", `stream ${entry.streamId} does not exist any more`);
    await appendAtEnd(ctx, {
      stream,
      lifetime: entry.lifetime,
      writer: `run:${run.id}`,
      bodyHash: run.id,
      blockType,
      blockNumAfter: (last) => {
        if (!last) return 0;
        const joins = blockType === "test" && last.blockType === "test";
        return joins ? last.blockNum : last.blockNum + 1;
      },
      taskName: entry.taskName,
      taskParams: {},
      rowCount: experiences.length,
      columns: {
        performance: { each: experiences.map(({ performance }) => performance) },
        loss: { each: experiences.map(({ loss }) => loss) },
        run_id: { all: run.id },
      },
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const data = { streamId: entry.streamId, code: error.code, message: error.message };
    await runEvent(ctx, { runId: run.id, type: "stream.refused", data });
  }
}
