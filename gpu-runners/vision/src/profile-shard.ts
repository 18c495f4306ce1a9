import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { createLayerWriter, createShardWriter, defineTask, readLayerRows, type TaskContext } from "@whetstone/runtime";
import { RefinedRow, ScoreRow, ThumbnailRow } from "@whetstone/schemas/tasks";
import sharp from "sharp";
import { type ClipModel, openClipModel } from "./clip-model.ts";
import type { EvaluateSettings } from "./evaluate-model.ts";
import { toHalf } from "./half-vectors.ts";
import { readSamples, type SampleBatch } from "./read-version.ts";
import { dot, rowOf, type Vectors } from "./vectors.ts";

type Context = TaskContext<"profile-shard">;

const quality = 75;
const maxPixels = 64_000_000;
const files = {
  tar: "thumbnails.tar",
  thumbnails: "thumbnails.parquet",
  scores: "scores.parquet",
  embeddings: "embeddings.f16",
  textEmbeddings: "textEmbeddings.f16",
};

/** A thumbnail of each image of a shard and, with a model, its embedding and how well each text fits. */
export function createProfileShard(settings: EvaluateSettings = {}) {
  return defineTask({
    kind: "profile-shard",

    async run(context) {
      const { params, inputs, signal, secret, log } = context;
      if (!params.hasModel) return profile(context, null);
      const model = await openClipModel((file) => inputs.path(`model.${file}`), { ...settings, signal, secret, log });
      try {
        return await profile(context, model);
      } finally {
        await model.close();
      }
    },
  });
}

async function profile({ params, inputs, write, progress, signal, workDir }: Context, model: ClipModel | null) {
  const at = (name: string) => join(workDir, name);
  const tar = createShardWriter(at(files.tar));
  const thumbnails = createLayerWriter(at(files.thumbnails), ThumbnailRow);
  const scores = model && createLayerWriter(at(files.scores), ScoreRow);
  const refinements = params.hasRefined ? await readLayerRows(await inputs.path("refined.parquet"), RefinedRow) : [];
  const refinedOf = new Map(refinements.map((row) => [row.uid, row]));
  let broken = 0;
  let done = 0;

  // The version's files come under one shard's names; the reader asks for them by number.
  const pathOf = (name: string) => inputs.path(name.replace(/-\d+\./, "."));
  for await (const batch of readSamples(params.shard, pathOf)) {
    signal.throwIfAborted();
    const pictures = await Promise.all(batch.images.map((image) => shrink(image, params.thumbnailPixels)));
    for (const [i, { uid }] of batch.rows.entries()) {
      const picture = pictures[i];
      if (!picture) {
        broken += 1;
        continue;
      }
      const { offset, sizeBytes } = await tar.add(`${uid}.webp`, picture);
      thumbnails.append({ uid, offset, bytes: sizeBytes });
    }
    if (model && scores) {
      const images = await model.embedImages(batch.images);
      await appendFile(at(files.embeddings), toHalf(images));
      const { rows, texts } = await score(model, { batch, images, refinedOf });
      await appendFile(at(files.textEmbeddings), toHalf(texts));
      for (const row of rows) scores.append(row);
    }
    done += batch.rows.length;
    progress(done, Math.max(done, 1), "samples");
  }
  await tar.close();
  thumbnails.close();
  scores?.close();
  const names = [files.tar, files.thumbnails, ...(model ? [files.scores, files.embeddings, files.textEmbeddings] : [])];
  await Promise.all(names.map((name) => write(name, at(name))));
  return {
    shard: params.shard,
    rowCount: done,
    hasScores: model !== null,
    counts: { samples: done, brokenThumbnails: broken, ...model?.counts },
  };
}

/** A picture no larger than `pixels` a side; null for what can't be drawn, so that one image does not stop a shard. */
async function shrink(image: Buffer, pixels: number): Promise<Buffer | null> {
  try {
    return await sharp(image, { limitInputPixels: maxPixels })
      .resize(pixels, pixels, { fit: "inside", withoutEnlargement: true })
      .webp({ quality })
      .toBuffer();
  } catch {
    return null;
  }
}

/** How well each text fits its image, and the vectors of the texts that describe: d+ or, where there is none, the text as it came. */
async function score(
  model: ClipModel,
  { batch, images, refinedOf }: { batch: SampleBatch; images: Vectors; refinedOf: ReadonlyMap<string, RefinedRow> },
): Promise<{ rows: ScoreRow[]; texts: Vectors }> {
  const refined = batch.rows.map(({ uid }) => refinedOf.get(uid));
  const embed = async (texts: (string | undefined)[]) => {
    const vectors = await model.embedTexts(texts.map((text) => text ?? ""));
    return { vectors, cosines: texts.map((text, i) => (text ? dot(rowOf(images, i), rowOf(vectors, i)) : null)) };
  };
  const text = await embed(batch.rows.map((row) => row.text));
  const isRefined = refined.some(Boolean);
  const positive = isRefined ? await embed(refined.map((row) => row?.positiveDescription)) : null;
  const negative = isRefined ? await embed(refined.map((row) => row?.negativeDescription)) : null;
  const { dim } = text.vectors;
  const data = Float32Array.from(text.vectors.data);
  for (const [i, row] of refined.entries()) if (row && positive) data.set(rowOf(positive.vectors, i), i * dim);
  const rows = batch.rows.map(({ uid }, i) => ({
    uid,
    textScore: text.cosines[i] ?? null,
    positiveScore: positive?.cosines[i] ?? null,
    negativeScore: negative?.cosines[i] ?? null,
  }));
  return { rows, texts: { ...text.vectors, data } };
}
