import { z } from "zod";
import { Sha256 } from "../api/ids.ts";

/** A plain name inside a task: no slash, no leading dot. */
export const FileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "letters, digits, dot, dash and underscore only");

/** A file a task reads. `url` is a presigned GET, good until `expiresAt`; ask for inputs again for a fresh one. */
export const InputFile = z.object({
  name: FileName,
  key: z.string(),
  sizeBytes: z.int(),
  sha256: Sha256.nullable(),
});
export type InputFile = z.infer<typeof InputFile>;
export const LentFile = InputFile.extend({ url: z.url(), expiresAt: z.iso.datetime() });
export type LentFile = z.infer<typeof LentFile>;

/** A file a task has uploaded under its attempt's prefix. */
export const OutputFile = z.object({ name: FileName, sizeBytes: z.int().min(0), sha256: Sha256 });
export type OutputFile = z.infer<typeof OutputFile>;
