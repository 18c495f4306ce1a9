import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createLayerWriter, createShardWriter } from "@whetstone/runtime";
import { BaseRow } from "@whetstone/schemas/tasks";
import { drawRole } from "../../../apps/demo/src/corpus.ts";

const sizePx = 64;

/** The demo's corpus as the files of a version: one shard of drawings and its base layer with noisy alt-text, label and tags. */
export async function writeEmojiVersion(folder: string, { samples, seed }: { samples: number; seed: string }) {
  await mkdir(folder, { recursive: true });
  const cacheFolder = join(folder, "drawings");
  const drawings = await drawRole("corpus", { seed, sizePx, limit: samples, cacheFolder, onProgress: () => {} });
  const [shard, base] = [join(folder, "shard-0.tar"), join(folder, "base-0.parquet")];
  const [tar, layer] = [createShardWriter(shard), createLayerWriter(base, BaseRow)];
  for (const { key, png, altText, label, tags, group } of drawings) {
    const { offset, sizeBytes } = await tar.add(`${key}.png`, png);
    layer.append({
      uid: createHash("sha256").update(key).digest("hex").slice(0, 32),
      imageMember: `${key}.png`,
      imageOffset: offset,
      imageBytes: sizeBytes,
      imageFormat: "png",
      imageSha256: createHash("sha256").update(png).digest("hex"),
      imagePhash: null,
      width: sizePx,
      height: sizePx,
      text: altText,
      label,
      metadata: JSON.stringify({ group, tags: [...new Set([label, ...tags])] }),
      source: key,
    });
  }
  await tar.close();
  layer.close();
  return { shards: [shard], bases: [base] };
}
