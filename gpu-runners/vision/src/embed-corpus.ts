import type { BaseRow } from "@whetstone/schemas/tasks";
import type { ClipModel } from "./clip-model.ts";
import { readSamples, type PathOf } from "./read-version.ts";
import { emptyVectors, type Vectors } from "./vectors.ts";

type Sample = Pick<BaseRow, "uid" | "text" | "label" | "metadata" | "imageSha256">;
/** What of a version stays in memory: texts and one vector an image, in the order of the shards. */
export type Corpus = { samples: Sample[]; images: Vectors };

type Options = {
  shardCount: number;
  pathOf: PathOf;
  signal: AbortSignal;
  onEmbedded: (samples: number, shardsDone: number) => void;
};

export async function embedCorpus(
  model: ClipModel,
  { shardCount, pathOf, signal, onEmbedded }: Options,
): Promise<Corpus> {
  const samples: Sample[] = [];
  const parts: Vectors[] = [];
  for (let shard = 0; shard < shardCount; shard++) {
    for await (const { rows, images } of readSamples(shard, pathOf)) {
      signal.throwIfAborted();
      parts.push(await model.embedImages(images));
      for (const { uid, text, label, metadata, imageSha256 } of rows)
        samples.push({ uid, text, label, metadata, imageSha256 });
      onEmbedded(samples.length, shard);
    }
  }
  return { samples, images: join(parts) };
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
