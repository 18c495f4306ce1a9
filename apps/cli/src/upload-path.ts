import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@whetstone/schemas/client";
import { CliError } from "./errors.ts";
import { measureFile, packFolder } from "./pack.ts";
import { createProgressBar } from "./progress.ts";
import { uploadFile } from "./upload-file.ts";

/** Uploads a file, or a folder as a tar, and answers the upload's id. */
export async function uploadPath(path: string, { api, scratch }: { api: Client; scratch: string }): Promise<string> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new CliError(`${path} does not exist`, { cause, exitCode: 2 });
  });
  const file = info.isDirectory() ? await packFolder(path, join(scratch, "folder.tar")) : await measureFile(path);
  const bar = createProgressBar(`upload ${file.filename}`);
  const upload = await uploadFile(file, { api, bar }).finally(() => bar.end());
  return upload.id;
}
