import type { Corpus } from "./embed-corpus.ts";
import type { Caption } from "./retrieve.ts";
import { emptyVectors, rowOf, type Vectors } from "./vectors.ts";

/** Retrieval's view of a corpus: rows with the same image bytes are one image with several captions. */
export function toCaptions({ samples, images }: Corpus): { captions: Caption[]; texts: string[]; images: Vectors } {
  const imageOf = new Map<string, number>();
  const textOf = new Map<string, number>();
  const firstRows: number[] = [];
  const captions = new Map<string, Caption>();

  samples.forEach((sample, row) => {
    const image = imageOf.get(sample.imageSha256) ?? imageOf.size;
    if (image === imageOf.size) firstRows.push(row);
    imageOf.set(sample.imageSha256, image);
    const text = textOf.get(sample.text) ?? textOf.size;
    textOf.set(sample.text, text);
    captions.set(`${text}:${image}`, { text, image });
  });

  const distinct = emptyVectors(firstRows.length, images.dim);
  firstRows.forEach((row, image) => distinct.data.set(rowOf(images, row), image * images.dim));
  return { captions: [...captions.values()], texts: [...textOf.keys()], images: distinct };
}
