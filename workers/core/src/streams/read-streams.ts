import type { Block, Lifetime, PageOf, PageQuery, Stream } from "@whetstone/schemas/api";
import { blocks, lifetimes, streams } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { notFound } from "../errors.ts";
import { listOwned, toPage } from "../scope.ts";
import { toBlock } from "./block-row.ts";
import { type LifetimeRow, streamRow, toLifetime, toStream, toStreams } from "./stream-row.ts";

export async function getStream(ctx: Context, id: string): Promise<Stream> {
  requireScope(ctx, "streams:read");
  return toStream(ctx, await streamRow(ctx, id));
}

export async function listStreams(ctx: Context, page: PageQuery): Promise<PageOf<Stream>> {
  requireScope(ctx, "streams:read");
  const { rows, hasMore } = await listOwned(ctx, streams, { page, kind: "stream" });
  return toPage(await toStreams(ctx, rows), hasMore);
}

/** Lifetimes of a stream, learners and experts. */
export async function listLifetimes(ctx: Context, streamId: string, page: PageQuery): Promise<PageOf<Lifetime>> {
  requireScope(ctx, "streams:read");
  const { id } = await streamRow(ctx, streamId);
  const { rows, hasMore } = await listOwned(ctx, lifetimes, {
    page,
    kind: "lifetime",
    where: eq(lifetimes.streamId, id),
  });
  return toPage(rows.map(toLifetime), hasMore);
}

/** Blocks of one lifetime, by number. */
export async function listBlocks(
  ctx: Context,
  { streamId, lifetime, ...page }: PageQuery & { streamId: string; lifetime: string },
): Promise<PageOf<Block>> {
  requireScope(ctx, "streams:read");
  const { id } = await lifetimeByName(ctx, { streamId, name: lifetime });
  const { rows, hasMore } = await listOwned(ctx, blocks, { page, kind: "block", where: eq(blocks.lifetimeId, id) });
  return toPage(rows.map(toBlock), hasMore);
}

/** A lifetime of the caller's stream. */
export async function lifetimeByName(
  ctx: Context,
  { streamId, name }: { streamId: string; name: string },
): Promise<LifetimeRow> {
  const stream = await streamRow(ctx, streamId);
  const [row] = await ctx.db
    .select()
    .from(lifetimes)
    .where(and(eq(lifetimes.streamId, stream.id), eq(lifetimes.name, name)));
  if (!row) throw notFound("lifetime", name);
  return row;
}
