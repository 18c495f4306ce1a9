import { scoreTiles, type Tile } from "../similarity.ts";
import type { Vectors } from "../vectors.ts";
import { createTopK, type TopK } from "./top-k.ts";

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

  for await (const tile of scoreTiles(texts, images)) offerTile(tile, found);

  return {
    textToImage: Int32Array.from(captions, ({ text, image }) => found.images.ids(text).indexOf(image)),
    imageToText: Int32Array.from({ length: images.count }, (_, image) =>
      found.texts.ids(image).findIndex((text) => textsOf.get(image)?.has(text) ?? false),
    ),
  };
}

/** Few scores are among the ten best, so most of the time goes into this loop alone. */
function offerTile({ scores, rowStart, rows, columnStart, columns }: Tile, found: { images: TopK; texts: TopK }): void {
  const [imageFloors, textFloors] = [found.images.floors, found.texts.floors];
  for (let row = 0; row < rows; row++) {
    const text = rowStart + row;
    let floor = imageFloors[text] ?? 0;
    for (let column = 0; column < columns; column++) {
      const score = scores[row * columns + column] ?? 0;
      const image = columnStart + column;
      if (score >= floor) {
        found.images.offer(text, image, score);
        floor = imageFloors[text] ?? 0;
      }
      if (score >= (textFloors[image] ?? 0)) found.texts.offer(image, text, score);
    }
  }
}

function groupBy(captions: Caption[], key: keyof Caption, value: keyof Caption): Map<number, Set<number>> {
  const groups = new Map<number, Set<number>>();
  for (const caption of captions) {
    const group = groups.get(caption[key]) ?? new Set();
    groups.set(caption[key], group.add(caption[value]));
  }
  return groups;
}
