import type { UploadParts, UploadPartsQuery } from "@whetstone/schemas/api";
import type { Context } from "../context.ts";
import { checkPending, uploadRow } from "./get-upload.ts";
import { sizeOfPart } from "./part-size.ts";

const linkSeconds = 3600;

/** Addresses to PUT parts to. Ask again for fresh ones; a part may be sent again until the upload is completed. */
export async function listUploadParts(
  ctx: Context,
  id: string,
  { from, count }: UploadPartsQuery,
): Promise<UploadParts> {
  const row = await uploadRow(ctx, id);
  checkPending(ctx, row);
  const expiresAt = new Date(ctx.now().getTime() + linkSeconds * 1000).toISOString();
  const numbers = Array.from(
    { length: Math.max(0, Math.min(count, row.partCount - from + 1)) },
    (_, index) => from + index,
  );
  const data = await Promise.all(
    numbers.map(async (partNumber) => {
      const sizeBytes = sizeOfPart(row, partNumber);
      const { key, multipartId } = row;
      const url = await ctx.storage.presignPart({
        key,
        multipartId,
        partNumber,
        sizeBytes,
        expiresSeconds: linkSeconds,
      });
      return { partNumber, url, sizeBytes, expiresAt };
    }),
  );
  return { object: "list", data };
}
