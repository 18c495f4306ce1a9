import sharp from "sharp";
import type { Drawing } from "./corpus.ts";

const sidePx = 24;
const dims = sidePx * sidePx * 3;

/**
 * The control without any learning: each test image takes the clean label of the corpus image nearest to it in pixels. What a
 * model scores says little before it is held against this.
 */
export async function scorePixelNeighbours(corpus: readonly Drawing[], test: readonly Drawing[]): Promise<number> {
  const [known, asked] = [await toMatrix(corpus), await toMatrix(test)];
  const halfNorms = corpus.map((_, row) => dot(known, known, { a: row, b: row }) / 2);
  const right = test.filter(({ label }, row) => {
    let best = -1;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let other = 0; other < corpus.length; other += 1) {
      // Ranks as the squared distance does, turned round.
      const score = dot(asked, known, { a: row, b: other }) - (halfNorms[other] ?? 0);
      if (score > bestScore) [best, bestScore] = [other, score];
    }
    return corpus[best]?.label === label;
  });
  return right.length / test.length;
}

async function toMatrix(drawings: readonly Drawing[]): Promise<Float32Array> {
  const matrix = new Float32Array(drawings.length * dims);
  for (const [row, { png }] of drawings.entries()) {
    const pixels = await sharp(png).resize(sidePx, sidePx, { fit: "fill" }).removeAlpha().raw().toBuffer();
    for (let i = 0; i < dims; i += 1) matrix[row * dims + i] = (pixels[i] ?? 0) / 255;
  }
  return matrix;
}

function dot(left: Float32Array, right: Float32Array, rows: { a: number; b: number }): number {
  const [from, to] = [rows.a * dims, rows.b * dims];
  let sum = 0;
  for (let i = 0; i < dims; i += 1) sum += (left[from + i] ?? 0) * (right[to + i] ?? 0);
  return sum;
}
