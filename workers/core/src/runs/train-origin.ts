import { models, versions } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { RunOf } from "./run-kind.ts";

/** Where a training's data and start come from, by id and hash: what its card and `model.json` tell. */
export async function trainOrigin(ctx: Context, run: RunOf<"train">): Promise<Record<string, string>> {
  const { workspaceId } = run;
  const { versionId, initModelId } = run.params;
  const [[version], [init]] = await ctx.db.batch([
    ctx.db
      .select({ manifestSha256: versions.manifestSha256 })
      .from(versions)
      .where(and(eq(versions.id, versionId), eq(versions.workspaceId, workspaceId))),
    ctx.db
      .select({ hash: models.hash })
      .from(models)
      .where(and(eq(models.id, initModelId ?? ""), eq(models.workspaceId, workspaceId))),
  ]);
  return {
    runId: run.id,
    versionId,
    ...(initModelId && { initModelId }),
    ...(version && { manifestSha256: version.manifestSha256 }),
    ...(init && { initModelSha256: init.hash }),
  };
}
