import type { BaseRow } from "@whetstone/schemas/tasks";
import type { ClipModel } from "./clip-model.ts";
import { readSamples, type PathOf } from "./read-version.ts";
import { emptyVectors, type Vectors } from "./vectors.ts";

type Sample = Pick<BaseRow, "uid" | "text" | "label" | "metadata" | "imageSha256" | "imagePhash">;
/** What of a version stays in memory: texts and one vector an image, in the order of the shards. */
export type Corpus = { samples: Sample[]; images: Vectors };

const batchesInFlight = 2;

type Options = {
  shardCount: number;
  pathOf: PathOf;
  signal: AbortSignal;
  onEmbedded: (samples: number, shardsDone: number) => void;
};

/** Embeds the images of a version. While the model works on one batch, the next is read and decoded. */
export async function embedCorpus(
  model: ClipModel,
  { shardCount, pathOf, signal, onEmbedded }: Options,
): Promise<Corpus> {
  const samples: Sample[] = [];
  const parts: Promise<Vectors>[] = [];
  let embedded = 0;

  async function embed(images: Uint8Array[], shard: number): Promise<Vectors> {
    const vectors = await model.embedImages(images);
    embedded += vectors.count;
    onEmbedded(embedded, shard);
    return vectors;
  }

  for (let shard = 0; shard < shardCount; shard++) {
    for await (const { rows, images } of readSamples(shard, pathOf)) {
      signal.throwIfAborted();
      const part = embed(images, shard);
      // Told by the awaits below, not to the process.
      part.catch(() => {});
      parts.push(part);
      for (const { uid, text, label, metadata, imageSha256, imagePhash } of rows)
        samples.push({ uid, text, label, metadata, imageSha256, imagePhash });
      await parts.at(-batchesInFlight);
    }
  }
  return { samples, images: join(await Promise.all(parts)) };
}

function join(parts: Vectors[]): Vectors {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const all = emptyVectors(count, parts[0]?.dim ?? 0);
  let offset = 0;
  for (const { data } of parts) {
    all.data.set(data, offset);
    offset += data.length;
  }
  return all;
}
