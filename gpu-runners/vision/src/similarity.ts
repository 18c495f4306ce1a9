import { fileURLToPath } from "node:url";
import { openGraph } from "./session.ts";
import type { Vectors } from "./vectors.ts";

/** A rectangle of the matrix of all cosines, row by row. */
export type Tile = { scores: Float32Array; rowStart: number; rows: number; columnStart: number; columns: number };

const scoresPath = fileURLToPath(new URL("../scores.onnx", import.meta.url));
const maxTileScores = 4_000_000;

/** Cosines of all `a` with all `b`, a tile at a time, so that the whole matrix never exists. */
export async function* scoreTiles(a: Vectors, b: Vectors, { columns = 4096 } = {}): AsyncGenerator<Tile> {
  const graph = await openGraph("scores", scoresPath);
  const width = Math.max(1, Math.min(columns, b.count));
  const height = Math.max(1, Math.floor(maxTileScores / width));

  for (let rowStart = 0; rowStart < a.count; rowStart += height) {
    const left = slice(a, rowStart, height);
    for (let columnStart = 0; columnStart < b.count; columnStart += width) {
      const right = slice(b, columnStart, width);
      const { data: scores } = await graph.run({ a: toTensor(left), b: toTensor(right) }, "scores");
      yield { scores, rowStart, rows: left.count, columnStart, columns: right.count };
    }
  }
}

function slice({ data, count, dim }: Vectors, start: number, length: number): Vectors {
  const end = Math.min(count, start + length);
  return { data: data.subarray(start * dim, end * dim), count: end - start, dim };
}

function toTensor({ data, count, dim }: Vectors) {
  return { data, dims: [count, dim] };
}

/** A · Bᵀ as a whole, row by row: for matrices known to be small. */
export async function multiply(a: Vectors, b: Vectors): Promise<Float32Array> {
  const graph = await openGraph("scores", scoresPath);
  return (await graph.run({ a: toTensor(a), b: toTensor(b) }, "scores")).data;
}
