import { lifetimes } from "@whetstone/schemas/db";
import { and, asc, eq, inArray } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { LifetimeRow, StreamRow } from "./stream-row.ts";

const maxExperts = 500;

/** A stream's experts and those of the streams it borrows from, in order of stream and name. */
export async function findExperts(ctx: Context, stream: StreamRow): Promise<LifetimeRow[]> {
  return ctx.db
    .select()
    .from(lifetimes)
    .where(
      and(
        inArray(lifetimes.streamId, [stream.id, ...stream.expertStreamIds]),
        eq(lifetimes.workspaceId, stream.workspaceId),
        eq(lifetimes.role, "expert"),
      ),
    )
    .orderBy(asc(lifetimes.streamId), asc(lifetimes.name))
    .limit(maxExperts);
}
