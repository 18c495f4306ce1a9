import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const Line = z.union([z.object({ uploadId: z.string() }), z.object({ part: z.int(), etag: z.string() })]);

export interface ResumeFile {
  uploadId: string | undefined;
  etags: Map<number, string>;
  start(uploadId: string): Promise<void>;
  note(part: number, etag: string): Promise<void>;
  forget(): Promise<void>;
}

export const defaultResumeFolder = (): string => join(homedir(), ".cache/whetstone/uploads");

/** What has arrived of a file, by its SHA-256: one JSON line for the upload, then one a part. */
export async function createResumeFile(folder: string | undefined, sha256: string): Promise<ResumeFile> {
  const path = join(folder ?? defaultResumeFolder(), `${sha256}.jsonl`);
  const state: Pick<ResumeFile, "uploadId" | "etags"> = { uploadId: undefined, etags: new Map() };
  for (const text of (await readFile(path, "utf8").catch(() => "")).split("\n").filter(Boolean)) {
    const line = Line.safeParse(parse(text)).data;
    if (line && "uploadId" in line) state.uploadId = line.uploadId;
    if (line && "part" in line) state.etags.set(line.part, line.etag);
  }
  return {
    ...state,
    async start(uploadId) {
      state.etags.clear();
      await mkdir(folder ?? defaultResumeFolder(), { recursive: true });
      await writeFile(path, `${JSON.stringify({ uploadId })}\n`, { mode: 0o600 });
    },
    note: (part, etag) => appendFile(path, `${JSON.stringify({ part, etag })}\n`),
    forget: () => rm(path, { force: true }),
  };
}

/** A line cut short by a kill is as if it had not been written. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
