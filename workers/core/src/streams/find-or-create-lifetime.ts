import type { LifetimeRole } from "@whetstone/schemas/api";
import { lifetimes } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { LifetimeRow, StreamRow } from "./stream-row.ts";

const maxLifetimes = 10_000;

export interface WantedLifetime {
  stream: StreamRow;
  lifetime: string;
  role: LifetimeRole;
}

/** The stream's lifetime of this name; its first batch makes it. */
export async function findOrCreateLifetime(ctx: Context, wanted: WantedLifetime): Promise<LifetimeRow> {
  const { stream, lifetime: name, role } = wanted;
  const found = await find(ctx, wanted);
  if (found) return found;
  const count = await ctx.db.$count(lifetimes, eq(lifetimes.streamId, stream.id));
  if (count >= maxLifetimes)
    throw new AppError("quota_exceeded", `stream ${stream.id} has its ${maxLifetimes} lifetimes; make another stream`);
  await ctx.db
    .insert(lifetimes)
    .values({
      id: ctx.newId("lifetime"),
      workspaceId: stream.workspaceId,
      streamId: stream.id,
      name,
      role,
      revision: 0,
      columns: null,
      rowCount: 0,
      createdAt: ctx.now(),
    })
    .onConflictDoNothing();
  const made = await find(ctx, wanted);
  if (!made) throw new Error(`lifetime ${name} of ${stream.id} was not written`);
  return made;
}

async function find(ctx: Context, { stream, lifetime }: WantedLifetime): Promise<LifetimeRow | undefined> {
  const [row] = await ctx.db
    .select()
    .from(lifetimes)
    .where(and(eq(lifetimes.streamId, stream.id), eq(lifetimes.name, lifetime)));
  return row;
}
