import { createHash } from "node:crypto";
import { join } from "node:path";
import { createLayerWriter, defineTask, type TaskParams } from "@whetstone/runtime";
import { RejectRow } from "@whetstone/schemas/tasks";
import { openIndex } from "./ingest/archive-index.ts";
import { type ArchiveLimits, archiveLimits } from "./ingest/archive-limits.ts";
import { openDecoderPool } from "./ingest/decoder-pool.ts";
import { openArchive } from "./ingest/open-archive.ts";
import { openSamples, type SampleOptions } from "./ingest/read-samples.ts";
import { scanArchive } from "./ingest/scan-archive.ts";
import { createShardOutput } from "./ingest/shard-output.ts";
import { splitOfName } from "./ingest/split-of-name.ts";

export interface IngestOptions {
  params: TaskParams<"ingest-archive">;
  workDir: string;
  write(name: string, path: string): Promise<unknown>;
  progress(done: number, total: number, unit: string): void;
  signal: AbortSignal;
  limits?: ArchiveLimits;
}

/** One uploaded archive to shards, their base layers, and the samples refused. */
export const ingestArchive = defineTask({
  kind: "ingest-archive",
  run: async ({ inputs, ...context }) => ingest(await inputs.path("archive"), context),
});

/** Two passes over the file: texts into an index on disk, then image by image. Memory does not grow with the archive. */
export async function ingest(
  path: string,
  { params, workDir, write, progress, signal, limits = archiveLimits }: IngestOptions,
) {
  const archive = await openArchive(path, limits);
  const index = openIndex(join(workDir, "index.sqlite"));
  const decoders = openDecoderPool();
  const output = createShardOutput({
    workDir,
    write,
    maxShardSamples: params.maxShardSamples,
    maxShardBytes: params.maxShardBytes,
  });
  const rejects = createLayerWriter(join(workDir, "rejects.parquet"), RejectRow);
  const counts = { samples: 0, rejects: 0, imageBytes: 0, droppedMetadata: 0 };
  const sourceOf = (member: string): string => `${params.filename}:${member}`;
  const reject: SampleOptions["reject"] = ({ path: member, uid = null, code, detail }) => {
    counts.rejects += 1;
    rejects.append({ uid, source: sourceOf(member), stage: "ingest", code, detail });
  };

  try {
    const { benchmark: given, split = archive.format === "parquet" ? splitOfName(params.filename) : undefined } =
      params;
    const scan = await scanArchive(archive, { index, reject, signal, ...(given && { given }) });
    let seen = 0;
    for await (const found of openSamples(archive, { index, scan, decoders, reject, signal, split, params })) {
      seen += 1;
      progress(seen, Math.max(seen, scan.imageCount), "samples");
      if (!found) continue;
      const { image, text, width, height, phash, format } = found;
      const uid = text.uid ?? deriveUid(image, text.text);
      if (!index.putUid(uid)) {
        reject({ path: found.path, uid, code: "uid_duplicate", detail: "another sample of this archive has its uid" });
        continue;
      }
      const imageSha256 = createHash("sha256").update(image).digest("hex");
      const row = {
        uid,
        imageBytes: image.length,
        imageFormat: format,
        imageSha256,
        imagePhash: phash,
        width,
        height,
        text: text.text,
        label: text.label,
        metadata: text.metadata,
        source: sourceOf(found.path),
      };
      await output.add({ row, image });
      counts.samples += 1;
      counts.imageBytes += image.length;
      if (text.isMetadataDropped) counts.droppedMetadata += 1;
    }
    for (const orphan of index.textsWithoutImage(scan.layout === "metadata" ? "row" : "file")) {
      reject({ path: orphan.path, code: "image_missing", detail: `no image came for ${orphan.key}` });
    }
    const shards = await output.close();
    const { rowCount } = rejects.close();
    if (rowCount > 0) await write("rejects.parquet", join(workDir, "rejects.parquet"));
    return {
      shards,
      rejects: rowCount > 0 ? { file: "rejects.parquet", rowCount } : null,
      benchmark: scan.benchmark,
      counts,
    };
  } finally {
    output.abandon();
    decoders.close();
    index.close();
  }
}

/** The same image with the same text is the same sample, wherever it comes from. */
export function deriveUid(image: Uint8Array, text: string): string {
  return createHash("sha256").update(image).update("\0").update(text).digest("hex").slice(0, 32);
}
