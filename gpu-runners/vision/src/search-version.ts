import { readFile } from "node:fs/promises";
import { defineTask, type TaskContext, TaskError } from "@whetstone/runtime";
import { openClipModel } from "./clip-model.ts";
import type { EvaluateSettings } from "./evaluate-model.ts";
import { fromHalf } from "./half-vectors.ts";
import { openDecoderPool } from "./ingest/decoder-pool.ts";
import { sniffFormat } from "./ingest/image-format.ts";
import { dot, rowOf, type Vectors } from "./vectors.ts";

type Context = TaskContext<"search-version">;
type Like = NonNullable<Context["params"]["like"]>;
interface Hit {
  shard: number;
  row: number;
  score: number;
}

const maxImageBytes = 32 * 1024 ** 2;
const maxPixels = 64_000_000;

/** Goes through a version's embeddings, a shard at a time, and keeps the nearest. */
export function createSearchVersion(settings: EvaluateSettings = {}) {
  return defineTask({
    kind: "search-version",

    async run(context) {
      const { params, inputs, progress, signal } = context;
      const query = params.like ? await readLike(context, params.like) : await embedQuery(context, settings);
      let hits: Hit[] = [];
      for (const [shard, count] of params.sampleCounts.entries()) {
        signal.throwIfAborted();
        const vectors = await readShard(context, shard, count);
        if (count > 0 && vectors.dim !== query.length)
          throw new TaskError(
            "layer_invalid",
            `embeddings of shard ${shard} have ${vectors.dim} numbers, not ${query.length}`,
            {
              fate: "final",
            },
          );
        const scored = Array.from({ length: count }, (_, row) => ({
          shard,
          row,
          score: dot(query, rowOf(vectors, row)),
        }));
        hits = [...hits, ...scored].toSorted((a, b) => b.score - a.score).slice(0, params.limit);
        await inputs.drop(`embeddings-${shard}.f16`);
        progress(shard + 1, params.sampleCounts.length, "shards");
      }
      return { hits, counts: { samples: params.sampleCounts.reduce((sum, count) => sum + count, 0) } };
    },
  });
}

async function readShard({ inputs }: Context, shard: number, count: number): Promise<Vectors> {
  return fromHalf(await readFile(await inputs.path(`embeddings-${shard}.f16`)), count);
}

async function readLike({ inputs }: Context, { row, rowCount }: Like): Promise<Float32Array> {
  return rowOf(fromHalf(await readFile(await inputs.path("like.f16")), rowCount), row);
}

async function embedQuery({ params, inputs, signal, secret, log }: Context, settings: EvaluateSettings) {
  const model = await openClipModel((file) => inputs.path(`model.${file}`), { ...settings, signal, secret, log });
  try {
    if (params.text !== null) return rowOf(await model.embedTexts([params.text]), 0);
    return rowOf(await model.embedImages([await readImage(inputs)]), 0);
  } finally {
    await model.close();
  }
}

/** An image somebody uploaded: decoded where it can do no harm before anything of ours touches it. */
async function readImage(inputs: Context["inputs"]): Promise<Buffer> {
  if (inputs.sizeBytes("image") > maxImageBytes)
    throw new TaskError("image_too_large", `the image has more than ${maxImageBytes} bytes`, { fate: "final" });
  const bytes = await readFile(await inputs.path("image"));
  const format = sniffFormat(bytes);
  if (!format)
    throw new TaskError("image_unsupported_format", "the file is no JPEG, PNG, WebP, GIF, TIFF or AVIF", {
      fate: "final",
    });
  const decoders = openDecoderPool({ workers: 1 });
  try {
    const decoded = await decoders.decode({ bytes, format, maxPixels });
    if ("code" in decoded) throw new TaskError(decoded.code, decoded.detail, { fate: "final" });
    return bytes;
  } finally {
    decoders.close();
  }
}
