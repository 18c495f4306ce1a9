import type { Upload } from "@whetstone/schemas/api";
import { uploads } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import type { Context } from "../context.ts";
import { checkPending, uploadRow } from "./get-upload.ts";
import { toUpload } from "./to-upload.ts";

/** Gives up an upload and frees its parts. Cancelling twice is cancelling once. */
export async function cancelUpload(ctx: Context, id: string): Promise<Upload> {
  const row = await uploadRow(ctx, id);
  if (row.status === "cancelled") return toUpload(ctx, row);
  checkPending(ctx, row);
  await ctx.storage.abortMultipart({ key: row.key, multipartId: row.multipartId });
  await ctx.db.batch([
    ctx.db
      .update(uploads)
      .set({ status: "cancelled" })
      .where(and(eq(uploads.id, id), eq(uploads.status, "pending"))),
    auditRow(ctx, { action: "upload.cancel", subjectId: id }),
  ]);
  return toUpload(ctx, { ...row, status: "cancelled" });
}
