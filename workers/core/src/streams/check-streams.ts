import { streams } from "@whetstone/schemas/db";
import { inArray } from "drizzle-orm";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { inWorkspace } from "../scope.ts";

/** Refuses streams the caller has not. */
export async function checkStreams(ctx: Context, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await ctx.db
    .select({ id: streams.id })
    .from(streams)
    .where(inWorkspace(ctx, streams, inArray(streams.id, [...ids])));
  const known = new Set(rows.map(({ id }) => id));
  const missing = ids.find((id) => !known.has(id));
  if (missing !== undefined) throw notFound("stream", missing);
}
