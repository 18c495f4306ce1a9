import type { CreateUpload, Upload } from "@whetstone/schemas/api";
import { uploads } from "@whetstone/schemas/db";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError } from "../errors.ts";
import { uploadKey } from "../object-keys.ts";
import { workspaceRow } from "../workspaces/get-workspace.ts";
import { partBytesFor } from "./part-size.ts";
import { storedBytes } from "./stored-bytes.ts";
import { toUpload } from "./to-upload.ts";

const lifetimeMs = 7 * 24 * 3_600_000;

/** Announces a file. Its bytes then go straight to S3, part by part. */
export async function createUpload(ctx: Context, input: CreateUpload): Promise<Upload> {
  requireScope(ctx, "uploads:write");
  if (input.sizeBytes === 0) {
    const detail = `${input.filename} is empty; there is nothing to upload`;
    throw new AppError("invalid_input", detail, { fields: [{ pointer: "/sizeBytes", code: "too_small", detail }] });
  }
  await checkQuota(ctx, input.sizeBytes);

  const id = ctx.newId("upload");
  const key = uploadKey(workspaceOf(ctx), id);
  const partBytes = partBytesFor(input.sizeBytes);
  const row = {
    ...input,
    id,
    workspaceId: workspaceOf(ctx),
    key,
    partBytes,
    partCount: Math.ceil(input.sizeBytes / partBytes),
    multipartId: await ctx.storage.createMultipart(key),
    status: "pending" as const,
    createdAt: ctx.now(),
    expiresAt: new Date(ctx.now().getTime() + lifetimeMs),
  };
  await ctx.db.batch([ctx.db.insert(uploads).values(row), auditRow(ctx, { action: "upload.create", subjectId: id })]);
  return toUpload(ctx, row);
}

async function checkQuota(ctx: Context, sizeBytes: number): Promise<void> {
  const { quotas } = await workspaceRow(ctx);
  const stored = await storedBytes(ctx);
  if (stored + sizeBytes <= quotas.maxStoredBytes) return;
  throw new AppError(
    "quota_exceeded",
    `${sizeBytes} bytes more than the ${stored} stored would pass this workspace's quota of ${quotas.maxStoredBytes}`,
  );
}
