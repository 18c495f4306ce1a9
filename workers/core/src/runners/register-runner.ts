import { heartbeatSeconds, leaseSeconds, type RegisteredRunner, type RegisterRunner } from "@whetstone/schemas/tasks";
import { runners } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";

/** Makes a runner known. One process registers once as it starts; rows of runners that are gone only age. */
export async function registerRunner(ctx: Context, input: RegisterRunner): Promise<RegisteredRunner> {
  requireScope(ctx, "runner");
  if (ctx.actor.kind !== "key") throw new AppError("missing_scope", "only a runner key can register a runner");
  const id = ctx.newId("runner");
  await ctx.db.insert(runners).values({
    ...input,
    id,
    workspaceId: ctx.actor.workspaceId,
    keyId: ctx.actor.keyId,
    lastSeenAt: ctx.now(),
    createdAt: ctx.now(),
  });
  return { runnerId: id, leaseSeconds, heartbeatSeconds };
}
