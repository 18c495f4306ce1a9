import { readFile } from "node:fs/promises";
import { ModelPackage } from "@whetstone/schemas/api";
import type { Log } from "@whetstone/runtime";
import { z } from "zod";
import { createCachedEmbedder } from "./cached-embedder.ts";
import type { EmbeddingCache } from "./embedding-cache.ts";
import { openEndpointModel, type EndpointAccess } from "./endpoint-model.ts";
import { type Embedder, openOnnxModel, type PathOfFile } from "./onnx-model.ts";
import { invalidPackage } from "./package-error.ts";
import type { Vectors } from "./vectors.ts";

/** A model of images and texts, ready to embed; what it embedded before, it remembers. */
export type ClipModel = {
  embedImages(images: Uint8Array[]): Promise<Vectors>;
  embedTexts(texts: string[]): Promise<Vectors>;
  /** What cosines are multiplied with before a softmax. */
  logitScale: number;
  /** What was embedded so far and what was known already. */
  counts: { imagesEmbedded: number; imageCacheHits: number; textsEmbedded: number; textCacheHits: number };
  close(): Promise<void>;
};
export type ClipModelOptions = EndpointAccess & { cache?: EmbeddingCache; log?: Log };

/** Opens a model of any format by its model.json; throws `package_invalid`, naming the file at fault. */
export async function openClipModel(pathOf: PathOfFile, options: ClipModelOptions = {}): Promise<ClipModel> {
  const { cache, log = () => {} } = options;
  const config = await readConfig(await pathOf("model.json"));
  const embedder: Embedder =
    config.format === "embedding-endpoint/1"
      ? openEndpointModel(config, options)
      : await openOnnxModel(config, pathOf, log);
  const dim = config.embedDim;
  const images = await cache?.open(["image", ...embedder.imageKey], dim);
  const texts = await cache?.open(["text", ...embedder.textKey], dim);
  const counts = { imagesEmbedded: 0, imageCacheHits: 0, textsEmbedded: 0, textCacheHits: 0 };

  return {
    logitScale: config.logitScale,
    counts,
    embedImages: createCachedEmbedder(embedder.embedImages, images, {
      dim,
      onCount({ embedded, hits }) {
        counts.imagesEmbedded += embedded;
        counts.imageCacheHits += hits;
      },
    }),
    embedTexts: createCachedEmbedder(embedder.embedTexts, texts, {
      dim,
      onCount({ embedded, hits }) {
        counts.textsEmbedded += embedded;
        counts.textCacheHits += hits;
      },
    }),
    async close() {
      await Promise.all([images?.close(), texts?.close(), embedder.close?.()]);
      await cache?.sweep();
    },
  };
}

async function readConfig(path: string): Promise<ModelPackage> {
  const text = await readFile(path, "utf8");
  try {
    return ModelPackage.parse(JSON.parse(text));
  } catch (cause) {
    const [issue] = cause instanceof z.ZodError ? cause.issues : [];
    const why = issue ? `${issue.path.join(".")}: ${issue.message}` : String(cause);
    throw invalidPackage("model.json", why, cause);
  }
}
