import type { Lifetime, Stream } from "@whetstone/schemas/api";
import { lifetimes, streams } from "@whetstone/schemas/db";
import { inArray, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { getOwned } from "../scope.ts";

export type StreamRow = typeof streams.$inferSelect;
export type LifetimeRow = typeof lifetimes.$inferSelect;

/** The caller's stream. */
export const streamRow = (ctx: Context, id: string): Promise<StreamRow> =>
  getOwned(ctx, streams, { what: "stream", id });

/** Streams with what their lifetimes add up to. */
export async function toStreams(ctx: Context, rows: readonly StreamRow[]): Promise<Stream[]> {
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const sums = await ctx.db
    .select({
      streamId: lifetimes.streamId,
      lifetimeCount: sql<number>`count(*)`,
      rowCount: sql<number>`sum(${lifetimes.rowCount})`,
    })
    .from(lifetimes)
    .where(inArray(lifetimes.streamId, sql`(select value from json_each(${ids}))`))
    .groupBy(lifetimes.streamId);
  const sumOf = new Map(sums.map(({ streamId, ...sum }) => [streamId, sum]));
  return rows.map((stream) => {
    const { workspaceId: _, createdAt, ...row } = stream;
    const sum = sumOf.get(row.id) ?? { lifetimeCount: 0, rowCount: 0 };
    return { ...row, object: "stream", ...sum, createdAt: createdAt.toISOString() };
  });
}

export async function toStream(ctx: Context, row: StreamRow): Promise<Stream> {
  const [stream] = await toStreams(ctx, [row]);
  if (!stream) throw new Error(`stream ${row.id} went missing`);
  return stream;
}

export function toLifetime(lifetime: LifetimeRow): Lifetime {
  const { workspaceId: _, createdAt, columns, ...row } = lifetime;
  return { ...row, object: "lifetime", columns: columns ?? [], createdAt: createdAt.toISOString() };
}
