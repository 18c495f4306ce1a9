/** Ingests bytes as an archive and reads back all that came of them. Tests only. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLayerRows } from "@whetstone/runtime";
import { BaseRow, RejectRow } from "@whetstone/schemas/tasks";
import { afterAll } from "vitest";
import { ingest, type IngestOptions } from "../ingest-archive.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

export async function ingestBytes(
  bytes: Buffer,
  options: Partial<IngestOptions["params"]> & Pick<Partial<IngestOptions>, "limits" | "signal"> = {},
) {
  const { limits, signal = new AbortController().signal, ...params } = options;
  const workDir = mkdtempSync(join(tmpdir(), "ingest-"));
  const outDir = mkdtempSync(join(tmpdir(), "ingest-out-"));
  folders.push(workDir, outDir);
  writeFileSync(join(workDir, "archive"), bytes);
  const progress: [number, number][] = [];
  const result = await ingest(join(workDir, "archive"), {
    params: {
      filename: "x.tar",
      maxShardSamples: 1000,
      maxShardBytes: 10 ** 9,
      maxImagePixels: 10 ** 7,
      maxImageBytes: 10 ** 7,
      ...params,
    },
    workDir,
    write: async (name, path) => copyFileSync(path, join(outDir, name)),
    progress: (done, total) => void progress.push([done, total]),
    signal,
    ...(limits && { limits }),
  });
  const rows: BaseRow[] = [];
  for (const { base } of result.shards) rows.push(...(await readLayerRows(join(outDir, base), BaseRow)));
  const rejects = result.rejects ? await readLayerRows(join(outDir, result.rejects.file), RejectRow) : [];
  return { result, rows, rejects, outDir, progress };
}
export const codes = (rejects: RejectRow[]) => rejects.map(({ source, code }) => [source.replace("x.tar:", ""), code]);
