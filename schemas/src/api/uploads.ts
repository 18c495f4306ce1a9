import { z } from "zod";
import { Id, Sha256 } from "./ids.ts";

export const uploadStatuses = ["pending", "completed", "cancelled", "expired"] as const;
/** Constant for every part but the last, as R2 asks. S3 allows 5 MiB to 5 GiB and 10,000 parts. */
export const minPartBytes: number = 5 * 1024 ** 2;
export const maxParts = 10_000;

export const Upload = z
  .object({
    id: Id("upload"),
    object: z.literal("upload"),
    filename: z.string(),
    sizeBytes: z.int(),
    sha256: Sha256,
    partBytes: z.int(),
    partCount: z.int(),
    status: z.enum(uploadStatuses),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: "Upload" });
export type Upload = z.infer<typeof Upload>;

export const CreateUpload = z
  .object({
    filename: z.string().min(1).max(255),
    sizeBytes: z
      .int()
      .min(0)
      .max(5 * 1024 ** 4),
    sha256: Sha256.meta({ description: "of the whole file; checked again by the runner that reads it" }),
  })
  .meta({ id: "CreateUpload" });
export type CreateUpload = z.infer<typeof CreateUpload>;

/** Ask for addresses of parts `from..from+count-1` (1-based). */
export const UploadPartsQuery = z.object({
  from: z.coerce.number().int().min(1).max(maxParts).default(1),
  count: z.coerce.number().int().min(1).max(100).default(100),
});
export type UploadPartsQuery = z.infer<typeof UploadPartsQuery>;

export const UploadPart = z
  .object({ partNumber: z.int(), url: z.url(), sizeBytes: z.int(), expiresAt: z.iso.datetime() })
  .meta({ id: "UploadPart" });
export type UploadPart = z.infer<typeof UploadPart>;

export const UploadParts = z
  .object({ object: z.literal("list"), data: z.array(UploadPart) })
  .meta({ id: "UploadParts" });
export type UploadParts = z.infer<typeof UploadParts>;

export const CompleteUpload = z
  .object({
    parts: z
      .array(z.object({ partNumber: z.int().min(1), etag: z.string().min(1) }))
      .min(1)
      .max(maxParts),
  })
  .meta({ id: "CompleteUpload" });
export type CompleteUpload = z.infer<typeof CompleteUpload>;
