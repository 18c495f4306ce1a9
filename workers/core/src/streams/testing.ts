import { CreateStream, type Stream } from "@whetstone/schemas/api";
import { blocks, lifetimes } from "@whetstone/schemas/db";
import { asc, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { BlockRow } from "./block-row.ts";
import { createStream } from "./create-stream.ts";
import { type Delivery, takeExperiences } from "./take-experiences.ts";

export interface Experience {
  block_num: number;
  exp_num: number;
  block_type: "train" | "test";
  task_name: string;
  reward: number | null;
  [column: string]: unknown;
}

export const makeStream = (ctx: Context): Promise<Stream> =>
  createStream(ctx, CreateStream.parse({ name: "minigrid", metricsColumns: ["reward"] }));

/** `count` experiences of one block, from `first` on. */
export const makeExperiences = (block_num: number, { first = 0, count = 3, ...rest } = {}): Experience[] =>
  Array.from({ length: count }, (_, i) => ({
    block_num,
    exp_num: first + i,
    block_type: block_num % 2 === 0 ? "train" : "test",
    task_name: "nav_1",
    reward: (first + i) / 10,
    ...rest,
  }));

export const toLines = (records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

export function sendBatch(
  ctx: Context,
  { records, ...delivery }: Partial<Delivery> & { streamId: string; records: readonly unknown[] },
) {
  return takeExperiences(ctx, {
    lifetime: "main",
    role: "learner",
    format: "ndjson",
    idempotencyKey: undefined,
    body: new TextEncoder().encode(toLines(records)),
    ...delivery,
  });
}

export async function blocksOf(ctx: Context, streamId: string): Promise<BlockRow[]> {
  const rows = await ctx.db
    .select()
    .from(blocks)
    .innerJoin(lifetimes, eq(lifetimes.id, blocks.lifetimeId))
    .where(eq(lifetimes.streamId, streamId))
    .orderBy(asc(blocks.id));
  return rows.map((row) => row.blocks);
}
