import { scoreTiles } from "../similarity.ts";
import type { Vectors } from "../vectors.ts";
import { createTopK } from "./top-k.ts";

/** One caption of one image, by their places among the distinct texts and images. */
export type Caption = { text: number; image: number };
/** 0-based places of what was looked for among the ten best, -1 where it is not there: by caption, and by image. */
export interface Places {
  textToImage: Int32Array;
  imageToText: Int32Array;
}

export const depth = 10;

/**
 * Looks both ways, as CLIP_benchmark: from a caption its image must be found; from an image any of its captions.
 * Equal captions count as one text when an image looks for its own, and what is right loses every tie.
 */
export async function retrieve(texts: Vectors, images: Vectors, captions: Caption[]): Promise<Places> {
  const textsOf = groupBy(captions, "image", "text");
  const imagesOf = groupBy(captions, "text", "image");
  const found = {
    images: createTopK(texts.count, depth, (text, image) => imagesOf.get(text)?.has(image) ?? false),
    texts: createTopK(images.count, depth, (image, text) => textsOf.get(image)?.has(text) ?? false),
  };

  for await (const { scores, rowStart, rows, columnStart, columns } of scoreTiles(texts, images)) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const score = scores[row * columns + column] ?? 0;
        found.images.offer(rowStart + row, columnStart + column, score);
        found.texts.offer(columnStart + column, rowStart + row, score);
      }
    }
  }

  return {
    textToImage: Int32Array.from(captions, ({ text, image }) => found.images.ids(text).indexOf(image)),
    imageToText: Int32Array.from({ length: images.count }, (_, image) =>
      found.texts.ids(image).findIndex((text) => textsOf.get(image)?.has(text) ?? false),
    ),
  };
}

function groupBy(captions: Caption[], key: keyof Caption, value: keyof Caption): Map<number, Set<number>> {
  const groups = new Map<number, Set<number>>();
  for (const caption of captions) {
    const group = groups.get(caption[key]) ?? new Set();
    groups.set(caption[key], group.add(caption[value]));
  }
  return groups;
}
