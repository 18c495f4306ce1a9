import { uploads } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { loadManifest, versionInputs } from "../runs/load-manifest.ts";
import { RunFailure } from "../runs/run-failure.ts";
import type { LoopRow } from "./load-loop.ts";
import type { TaskFiles } from "./plan-step.ts";

/** What the loop's task is made of, as inputs of a step. */
export async function loadTaskFiles(ctx: Context, { workspaceId, request: { task } }: LoopRow): Promise<TaskFiles> {
  if (task.kind === "refinement") {
    const { inputs } = versionInputs(await loadManifest(ctx, { workspaceId, versionId: task.versionId }));
    const { kind, threshold } = task;
    const files = inputs.filter(({ name }) => !name.startsWith("refined-"));
    return { spec: { kind, verifier: "exact", threshold }, inputs: files };
  }
  const [upload] = await ctx.db
    .select()
    .from(uploads)
    .where(and(eq(uploads.id, task.uploadId), eq(uploads.workspaceId, workspaceId)));
  if (!upload) throw new RunFailure("upload_missing", `upload ${task.uploadId} does not exist any more`);
  const { key, sizeBytes, sha256 } = upload;
  const { kind, verifier } = task;
  return { spec: { kind, verifier, threshold: 0 }, inputs: [{ name: "task.parquet", key, sizeBytes, sha256 }] };
}
