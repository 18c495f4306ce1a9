import type { RequestUploads, UploadTargets } from "@whetstone/schemas/tasks";
import { type Context, requireScope } from "../context.ts";
import { getLeasedTask } from "./get-leased-task.ts";
import { attemptPrefix } from "./leases.ts";

const urlSeconds = 3600;

/** Addresses for an attempt's files, all under its own prefix: a late attempt can't write over another's. */
export async function requestUploads(ctx: Context, { files, ...lease }: RequestUploads): Promise<UploadTargets> {
  requireScope(ctx, "runner");
  const prefix = attemptPrefix(await getLeasedTask(ctx, lease));
  const targets = files.map(async ({ name, sizeBytes, sha256 }) => ({
    name,
    ...(await ctx.storage.presignPut({ key: `${prefix}/${name}`, sizeBytes, sha256, expiresSeconds: urlSeconds })),
  }));
  return { files: await Promise.all(targets) };
}
