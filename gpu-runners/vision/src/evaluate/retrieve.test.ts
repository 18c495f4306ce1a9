import { describe, expect, it } from "vitest";
import { scoreRetrieval } from "./retrieval.ts";
import { type Caption, retrieve } from "./retrieve.ts";
import { scoreTiles } from "../similarity.ts";
import { dot, normalize, rowOf, type Vectors } from "../vectors.ts";

const toVectors = (rows: number[][]): Vectors => ({
  data: Float32Array.from(rows.flat()),
  count: rows.length,
  dim: rows[0]?.length ?? 0,
});

function makeVectors(count: number, dim: number, seed: number): Vectors {
  let state = seed;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31 - 0.5;
  const vectors = toVectors(Array.from({ length: count }, () => Array.from({ length: dim }, next)));
  for (let i = 0; i < count; i++) normalize(rowOf(vectors, i));
  return vectors;
}

async function scoreFound(texts: Vectors, images: Vectors, captions: Caption[]) {
  return scoreRetrieval(await retrieve(texts, images, captions), { captions }, 0);
}

describe("retrieval", () => {
  it("scores a case computed by hand, several captions an image", async () => {
    const images = toVectors([
      [1, 0],
      [0, 1],
    ]);
    const texts = toVectors([
      [1, 0],
      [0.6, 0.8],
      [0, 1],
    ]);
    const captions = [
      { text: 0, image: 0 },
      { text: 1, image: 0 },
      { text: 2, image: 1 },
    ];

    const scores = await scoreFound(texts, images, captions);

    expect(scores.sampleCount).toBe(3);
    expect(scores.textToImage).toEqual({ r1: 2 / 3, r5: 1, r10: 1 });
    expect(scores.imageToText).toEqual({ r1: 1, r5: 1, r10: 1 });
  });

  it("counts ties against the model: embeddings that are all alike find nothing first", async () => {
    const same = toVectors(Array.from({ length: 20 }, () => [1, 0]));
    const captions = Array.from({ length: 20 }, (_, i) => ({ text: i, image: i }));

    const { textToImage, imageToText } = await scoreFound(same, same, captions);

    expect(textToImage).toEqual({ r1: 0, r5: 0, r10: 0 });
    expect(imageToText).toEqual({ r1: 0, r5: 0, r10: 0 });
  });

  it("does not hold a caption that two images share against either of them", async () => {
    const { imageToText } = await scoreFound(
      toVectors([[1, 0]]),
      toVectors([
        [1, 0],
        [0.8, 0.6],
      ]),
      [
        { text: 0, image: 0 },
        { text: 0, image: 1 },
      ],
    );

    expect(imageToText.r1).toBe(1);
  });

  it("agrees with ranks counted in the whole matrix", async () => {
    const [texts, images] = [makeVectors(300, 6, 1), makeVectors(150, 6, 2)];
    const captions: Caption[] = Array.from({ length: 300 }, (_, text) => ({ text, image: Math.floor(text / 2) }));
    const rankOf = (own: number, others: number[]) => others.filter((other) => other > own).length;
    const cosines = captions.map(({ text }) =>
      Array.from({ length: 150 }, (_, image) => dot(rowOf(texts, text), rowOf(images, image))),
    );
    const textRanks = captions.map(({ text, image }) => rankOf(cosines[text]?.[image] ?? 0, cosines[text] ?? []));
    const imageRanks = Array.from({ length: 150 }, (_, image) => {
      const column = cosines.map((row) => row[image] ?? 0);
      return Math.min(rankOf(column[2 * image] ?? 0, column), rankOf(column[2 * image + 1] ?? 0, column));
    });
    const within = (ranks: number[], k: number) => ranks.filter((rank) => rank < k).length / ranks.length;

    const scores = await scoreFound(texts, images, captions);

    expect(scores.textToImage).toEqual({
      r1: within(textRanks, 1),
      r5: within(textRanks, 5),
      r10: within(textRanks, 10),
    });
    expect(scores.imageToText).toEqual({
      r1: within(imageRanks, 1),
      r5: within(imageRanks, 5),
      r10: within(imageRanks, 10),
    });
  });

  it("covers the matrix once with tiles of any width", async () => {
    const [a, b] = [makeVectors(13, 4, 3), makeVectors(29, 4, 4)];
    const seen = new Map<string, number>();

    for await (const { scores, rowStart, rows, columnStart, columns } of scoreTiles(a, b, { columns: 7 })) {
      for (let i = 0; i < rows * columns; i++) {
        seen.set(`${rowStart + Math.floor(i / columns)}:${columnStart + (i % columns)}`, scores[i] ?? 0);
      }
    }

    expect(seen.size).toBe(13 * 29);
    for (const [place, score] of seen) {
      const [row = 0, column = 0] = place.split(":").map(Number);
      expect(score).toBeCloseTo(dot(rowOf(a, row), rowOf(b, column)), 5);
    }
  });
});
