import type { InputFile } from "@whetstone/schemas/tasks";
import { models } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { toInput } from "./load-manifest.ts";
import { RunFailure } from "./run-failure.ts";

/** The files of a model as a task's inputs, each named `<prefix>.<file>`. */
export async function modelInputs(
  ctx: Context,
  { workspaceId, modelId, prefix }: { workspaceId: string; modelId: string; prefix: string },
): Promise<InputFile[]> {
  const [model] = await ctx.db
    .select({ files: models.files })
    .from(models)
    .where(and(eq(models.id, modelId), eq(models.workspaceId, workspaceId)));
  if (!model) throw new RunFailure("model_missing", `model ${modelId} does not exist any more`);
  const files = model.files.filter(({ name }) => name !== "card.md");
  return files.map((file) => toInput(`${prefix}.${file.name}`, file));
}
