import type { InputFile, LentFile, LentTask } from "@whetstone/schemas/tasks";
import type { Context } from "../context.ts";
import type { TaskRow } from "./claim-tasks.ts";
import { readInputs } from "./task-inputs.ts";

const urlSeconds = 3600;
const firstInputs = 200;

/** A claimed task as its runner sees it: nothing but its own files, by addresses that expire. */
export async function lendTask(ctx: Context, row: TaskRow): Promise<LentTask> {
  if (row.lease === null || row.leaseExpiresAt === null) throw new Error(`task ${row.id} is not leased`);
  const { inputs, hasMoreInputs } = await readInputs(ctx, row, { limit: firstInputs });
  const [files, checkpoint] = await Promise.all([
    lendFiles(ctx, inputs),
    row.checkpoint === null ? null : lendFile(ctx, row.checkpoint),
  ]);
  return {
    taskId: row.id,
    attempt: row.attempt,
    lease: row.lease,
    runId: row.runId,
    kind: row.kind,
    params: row.params,
    leaseExpiresAt: row.leaseExpiresAt.toISOString(),
    inputs: files,
    hasMoreInputs,
    checkpoint,
  };
}

export function lendFiles(ctx: Context, files: readonly InputFile[]): Promise<LentFile[]> {
  return Promise.all(files.map((file) => lendFile(ctx, file)));
}

async function lendFile(ctx: Context, { name, key, sizeBytes, sha256 }: InputFile): Promise<LentFile> {
  const url = await ctx.storage.presignGet(key, { expiresSeconds: urlSeconds });
  return {
    name,
    key,
    sizeBytes,
    sha256,
    url,
    expiresAt: new Date(ctx.now().getTime() + urlSeconds * 1000).toISOString(),
  };
}
