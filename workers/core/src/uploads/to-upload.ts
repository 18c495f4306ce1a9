import type { Upload } from "@whetstone/schemas/api";
import type { uploads } from "@whetstone/schemas/db";
import type { Context } from "../context.ts";

export type UploadRow = typeof uploads.$inferSelect;

/** A pending upload whose time is over is expired, whether or not the sweep has said so yet. */
export function statusOf(ctx: Context, row: UploadRow): Upload["status"] {
  return row.status === "pending" && row.expiresAt <= ctx.now() ? "expired" : row.status;
}

export function toUpload(ctx: Context, row: UploadRow): Upload {
  return {
    id: row.id,
    object: "upload",
    filename: row.filename,
    sizeBytes: row.sizeBytes,
    sha256: row.sha256,
    partBytes: row.partBytes,
    partCount: row.partCount,
    status: statusOf(ctx, row),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}
