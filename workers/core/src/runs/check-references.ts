import type { CreateRun } from "@whetstone/schemas/api";
import { datasets, models, suites, uploads, versions } from "@whetstone/schemas/db";
import { and, eq, inArray, sql } from "drizzle-orm";
import { type Context, workspaceOf } from "../context.ts";
import { AppError, notFound } from "../errors.ts";
import { checkEntry } from "../streams/check-entry.ts";

/** Refuses a run that names anything outside the caller's workspace, or an upload that isn't complete. */
export async function checkReferences(ctx: Context, input: CreateRun): Promise<void> {
  switch (input.kind) {
    case "ingest":
      await checkRow(ctx, { what: "dataset", table: datasets, id: input.datasetId });
      return checkUploads(ctx, input.uploadIds);
    case "refine":
    case "index":
    case "select":
      return checkRow(ctx, { what: "version", table: versions, id: input.versionId });
    case "profile":
      if (input.modelId) await checkRow(ctx, { what: "model", table: models, id: input.modelId });
      return checkRow(ctx, { what: "version", table: versions, id: input.versionId });
    case "search":
      if (input.uploadId) await checkUploads(ctx, [input.uploadId]);
      return checkRow(ctx, { what: "version", table: versions, id: input.versionId });
    case "train":
      await checkRow(ctx, { what: "version", table: versions, id: input.versionId });
      for (const { versionId } of input.data ?? []) {
        await checkRow(ctx, { what: "version", table: versions, id: versionId });
      }
      if (input.initModelId) {
        await checkRow(ctx, { what: "model", table: models, id: input.initModelId });
        await checkTrainable(ctx, input.initModelId);
      }
      return checkEntry(ctx, input.stream);
    case "evaluate":
      for (const id of [input.versionId, input.contamination?.against])
        if (id !== undefined) await checkRow(ctx, { what: "version", table: versions, id });
      if (input.suiteId) await checkRow(ctx, { what: "suite", table: suites, id: input.suiteId });
      if (input.trainVersionId) await checkRow(ctx, { what: "version", table: versions, id: input.trainVersionId });
      await checkRow(ctx, { what: "model", table: models, id: input.modelId });
      return checkEntry(ctx, input.stream);
    case "noop":
  }
}

type Table = typeof datasets | typeof versions | typeof models | typeof suites;

async function checkRow(ctx: Context, { what, table, id }: { what: string; table: Table; id: string }): Promise<void> {
  const rows = await ctx.db
    .select({ id: table.id })
    .from(table)
    .where(and(eq(table.id, id), eq(table.workspaceId, workspaceOf(ctx))));
  if (rows.length === 0) throw notFound(what, id);
}

/** Training goes on from weights, which models of the other formats do not come with. */
async function checkTrainable(ctx: Context, id: string): Promise<void> {
  const [model] = await ctx.db.select({ package: models.package }).from(models).where(eq(models.id, id));
  const format = model?.package.format ?? "whetstone-model/1";
  if (format === "whetstone-model/1") return;
  throw new AppError(
    "invalid_input",
    `model ${id} is of format ${format} and has no weights to train on; name one of format whetstone-model/1`,
  );
}

async function checkUploads(ctx: Context, ids: readonly string[]): Promise<void> {
  const seen = new Set(ids);
  if (seen.size < ids.length) throw new AppError("invalid_input", "an upload is named twice; name each once");
  const rows = await ctx.db
    .select({ id: uploads.id, status: uploads.status })
    .from(uploads)
    .where(
      and(
        eq(uploads.workspaceId, workspaceOf(ctx)),
        inArray(uploads.id, sql`(select value from json_each(${JSON.stringify(ids)}))`),
      ),
    );
  const statusOf = new Map(rows.map((row) => [row.id, row.status]));
  for (const id of ids) {
    const status = statusOf.get(id);
    if (status === undefined) throw notFound("upload", id);
    if (status !== "completed") throw new AppError("upload_not_ready", `upload ${id} is ${status}; complete it first`);
  }
}
