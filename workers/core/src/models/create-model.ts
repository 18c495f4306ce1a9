import { type CreateModel, type Model, packageFiles } from "@whetstone/schemas/api";
import { models, uploads } from "@whetstone/schemas/db";
import { inArray } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError, type FieldError, notFound } from "../errors.ts";
import { inWorkspace } from "../scope.ts";
import { nextNumber } from "./next-number.ts";
import { readPackage } from "./read-package.ts";
import { type ModelRow, toModel } from "./to-model.ts";

/** Registers a package from completed uploads, one a file. Copies nothing: the model names the uploads' keys. */
export async function createModel(ctx: Context, input: CreateModel): Promise<Model> {
  requireScope(ctx, "models:write");
  const files = await toFiles(ctx, input);
  const config = files["model.json"];
  const weights = files["weights.safetensors"];

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
        hash: weights.sha256,
        package: await readPackage(ctx, config.key),
        files: Object.values(files),
        metrics: {},
        createdAt: ctx.now(),
      })
      .returning(),
    auditRow(ctx, { action: "model.create", subjectId: id }),
  ]);
  if (!row) throw new Error("insert into models returned no row");
  return toModel(row);
}

type PackageFiles = Record<(typeof packageFiles)[number], ModelRow["files"][number]>;

/** The uploads behind the five files: each named once, each the caller's and complete. */
async function toFiles(ctx: Context, { files }: CreateModel): Promise<PackageFiles> {
  const ids = files.map(({ uploadId }) => uploadId);
  const rows = await ctx.db
    .select()
    .from(uploads)
    .where(inWorkspace(ctx, uploads, inArray(uploads.id, ids)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const entries = packageFiles.map((name) => {
    const index = files.findIndex((file) => file.name === name);
    const file = files[index];
    if (!file) throw refused({ pointer: "/files", code: "invalid_value", detail: `${name} is missing` });
    const upload = byId.get(file.uploadId);
    if (!upload) throw notFound("upload", file.uploadId);
    if (upload.status !== "completed")
      throw new AppError("upload_not_ready", `upload ${upload.id} of ${name} is ${upload.status}; complete it first`);
    const { key, sizeBytes, sha256 } = upload;
    return [name, { name, key, sizeBytes, sha256 }];
  });
  return Object.fromEntries(entries) as PackageFiles;
}

function refused(field: FieldError): AppError {
  return new AppError("invalid_input", `a package needs ${packageFiles.join(", ")}, each once: ${field.detail}`, {
    fields: [field],
  });
}
