import {
  type CreateModel,
  type Model,
  modelFormats,
  type ModelPackage,
  type PackageFile,
} from "@whetstone/schemas/api";
import { models, uploads } from "@whetstone/schemas/db";
import { inArray } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError, notFound } from "../errors.ts";
import { inWorkspace } from "../scope.ts";
import { nextNumber } from "./next-number.ts";
import { readPackage } from "./read-package.ts";
import { type ModelRow, toModel } from "./to-model.ts";

/** Registers a model of any format from completed uploads, one a file. Copies nothing: the model names the uploads' keys. */
export async function createModel(ctx: Context, input: CreateModel): Promise<Model> {
  requireScope(ctx, "models:write");
  const files = await toFiles(ctx, input);
  const config = files.get("model.json");
  if (!config) throw refused("a model needs a model.json", "model.json is missing");
  const description = await readPackage(ctx, config.key);
  checkFiles(description, [...files.keys()]);
  const named = files.get("weights.safetensors") ?? files.get("visual.onnx") ?? config;

  const id = ctx.newId("model");
  const [[row]] = await ctx.db.batch([
    ctx.db
      .insert(models)
      .values({
        id,
        workspaceId: workspaceOf(ctx),
        name: input.name,
        number: nextNumber(workspaceOf(ctx), input.name),
        parentId: null,
        runId: null,
        versionId: null,
        hash: named.sha256,
        package: description,
        files: [...files.values()],
        metrics: {},
        createdAt: ctx.now(),
      })
      .returning(),
    auditRow(ctx, { action: "model.create", subjectId: id }),
  ]);
  if (!row) throw new Error("insert into models returned no row");
  return toModel(row);
}

type Files = Map<PackageFile, ModelRow["files"][number]>;

/** The uploads behind the files: each named once, each the caller's and complete. */
async function toFiles(ctx: Context, { files }: CreateModel): Promise<Files> {
  const ids = files.map(({ uploadId }) => uploadId);
  const rows = await ctx.db
    .select()
    .from(uploads)
    .where(inWorkspace(ctx, uploads, inArray(uploads.id, ids)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return new Map(
    files.map(({ name, uploadId }) => {
      const upload = byId.get(uploadId);
      if (!upload) throw notFound("upload", uploadId);
      if (upload.status !== "completed")
        throw new AppError("upload_not_ready", `upload ${upload.id} of ${name} is ${upload.status}; complete it first`);
      const { key, sizeBytes, sha256 } = upload;
      return [name, { name, key, sizeBytes, sha256 }];
    }),
  );
}

function checkFiles({ format }: ModelPackage, given: PackageFile[]): void {
  const needed: readonly PackageFile[] = modelFormats[format];
  const title = `a model of format ${format} needs ${needed.join(", ")}, each once`;
  const missing = needed.find((name) => !given.includes(name));
  if (missing) throw refused(title, `${missing} is missing`);
  const extra = given.find((name) => !needed.includes(name));
  if (extra) throw refused(title, `${extra} is not one of them`);
}

function refused(title: string, detail: string): AppError {
  return new AppError("invalid_input", `${title}: ${detail}`, {
    fields: [{ pointer: "/files", code: "invalid_value", detail }],
  });
}
