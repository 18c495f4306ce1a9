import type { Corpus } from "../embed-corpus.ts";
import type { Vectors } from "../vectors.ts";
import type { Caption } from "./retrieve.ts";
import { metadataOf, pickVectors } from "./select-samples.ts";

/** Retrieval's view of samples: distinct texts and images, and which captions an image has. */
export interface Captions {
  captions: Caption[];
  texts: string[];
  images: Vectors;
  /** The first sample of each image. */
  rows: number[];
}

/** An image's captions are its metadata's `captions`, else its text; rows with the same image bytes are one image. */
export function toCaptions({ samples, images }: Corpus, rows: readonly number[]): Captions {
  const imageOf = new Map<string, number>();
  const textOf = new Map<string, number>();
  const firstRows: number[] = [];
  const captions = new Map<string, Caption>();

  for (const row of rows) {
    const sample = samples[row];
    if (!sample) continue;
    const image = imageOf.get(sample.imageSha256) ?? imageOf.size;
    if (image === imageOf.size) firstRows.push(row);
    imageOf.set(sample.imageSha256, image);
    for (const caption of captionsOf(sample)) {
      const text = textOf.get(caption) ?? textOf.size;
      textOf.set(caption, text);
      captions.set(`${text}:${image}`, { text, image });
    }
  }
  return {
    captions: [...captions.values()],
    texts: [...textOf.keys()],
    images: pickVectors(images, firstRows),
    rows: firstRows,
  };
}

function captionsOf(sample: Corpus["samples"][number]): string[] {
  const { captions } = metadataOf(sample);
  const texts = Array.isArray(captions)
    ? captions.filter((text) => typeof text === "string" && text.trim() !== "")
    : [];
  return texts.length > 0 ? texts : [sample.text];
}
