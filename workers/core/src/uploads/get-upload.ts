import type { Upload } from "@whetstone/schemas/api";
import { uploads } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { getOwned } from "../scope.ts";
import { statusOf, toUpload, type UploadRow } from "./to-upload.ts";

export async function getUpload(ctx: Context, id: string): Promise<Upload> {
  return toUpload(ctx, await uploadRow(ctx, id));
}

export async function uploadRow(ctx: Context, id: string): Promise<UploadRow> {
  requireScope(ctx, "uploads:write");
  return getOwned(ctx, uploads, { what: "upload", id });
}

/** Refuses an upload that takes no more bytes, in words that say why. */
export function checkPending(ctx: Context, row: UploadRow): void {
  const status = statusOf(ctx, row);
  if (status === "expired")
    throw new AppError("upload_expired", `upload ${row.id} expired at ${row.expiresAt.toISOString()}; start a new one`);
  if (status !== "pending") throw new AppError("conflict", `upload ${row.id} is ${status}; start a new one`);
}
