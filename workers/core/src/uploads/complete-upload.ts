import type { CompleteUpload, Upload } from "@whetstone/schemas/api";
import { uploads } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { checkPending, uploadRow } from "./get-upload.ts";
import { toUpload, type UploadRow } from "./to-upload.ts";

/** Puts the parts together and checks the size. Completing twice, or after a lost answer, is completing once. */
export async function completeUpload(ctx: Context, id: string, { parts }: CompleteUpload): Promise<Upload> {
  const row = await uploadRow(ctx, id);
  if (row.status === "completed") return toUpload(ctx, row);
  checkPending(ctx, row);
  checkParts(row, parts);

  const ordered = parts.toSorted((a, b) => a.partNumber - b.partNumber);
  await ctx.storage.completeMultipart({ key: row.key, multipartId: row.multipartId, parts: ordered });
  const stored = await ctx.storage.head(row.key);
  if (!stored)
    throw new AppError("upload_not_ready", `the storage does not show ${id} yet; complete it again in a moment`);
  if (stored.sizeBytes !== row.sizeBytes) {
    await settle(ctx, row, "cancelled");
    await ctx.storage.delete([row.key]);
    throw new AppError(
      "invalid_input",
      `${id} has ${stored.sizeBytes} bytes and ${row.sizeBytes} were announced; upload it anew`,
    );
  }
  await settle(ctx, row, "completed");
  return toUpload(ctx, { ...row, status: "completed" });
}

async function settle(ctx: Context, { id }: UploadRow, status: "completed" | "cancelled"): Promise<void> {
  await ctx.db.batch([
    ctx.db
      .update(uploads)
      .set({ status })
      .where(and(eq(uploads.id, id), eq(uploads.status, "pending"))),
    auditRow(ctx, { action: status === "completed" ? "upload.complete" : "upload.cancel", subjectId: id }),
  ]);
}

function checkParts({ partCount }: UploadRow, parts: CompleteUpload["parts"]): void {
  const numbers = new Set(parts.map(({ partNumber }) => partNumber));
  const isWhole = parts.length === partCount && numbers.size === partCount && Math.max(...numbers) === partCount;
  if (isWhole) return;
  const detail = `must hold each of the parts 1 to ${partCount} once; ${parts.length} were given`;
  throw new AppError("invalid_input", `parts ${detail}`, {
    fields: [{ pointer: "/parts", code: "invalid_value", detail }],
  });
}
