import type { OutputFile } from "@whetstone/schemas/tasks";
import type { Context } from "../context.ts";

export interface FileProblem {
  code: "output_missing" | "checksum_mismatch";
  detail: string;
}

const atOnce = 16;

/** Looks in S3 for every file an attempt says it left under `prefix`; the first that is not as described is the answer. */
export async function findFileProblem(
  ctx: Context,
  { prefix, files }: { prefix: string; files: readonly OutputFile[] },
): Promise<FileProblem | undefined> {
  for (let start = 0; start < files.length; start += atOnce) {
    const problems = await Promise.all(files.slice(start, start + atOnce).map((file) => look(ctx, { prefix, file })));
    const problem = problems.find((found) => found !== undefined);
    if (problem) return problem;
  }
  return undefined;
}

async function look(
  ctx: Context,
  { prefix, file }: { prefix: string; file: OutputFile },
): Promise<FileProblem | undefined> {
  const found = await ctx.storage.head(`${prefix}/${file.name}`);
  if (!found) return { code: "output_missing", detail: `${file.name} was not uploaded` };
  if (found.sizeBytes !== file.sizeBytes)
    return {
      code: "checksum_mismatch",
      detail: `${file.name} has ${found.sizeBytes} bytes in storage, not ${file.sizeBytes}`,
    };
  if (found.sha256 !== null && found.sha256 !== file.sha256)
    return {
      code: "checksum_mismatch",
      detail: `${file.name} has SHA-256 ${found.sha256} in storage, not ${file.sha256}`,
    };
  return undefined;
}
