import { fileURLToPath } from "node:url";
import { openGraph } from "./session.ts";
import type { Vectors } from "./vectors.ts";

/** A rectangle of the matrix of all cosines, row by row. */
export type Tile = { scores: Float32Array; rowStart: number; rows: number; columnStart: number; columns: number };

const scoresPath = fileURLToPath(new URL("../scores.onnx", import.meta.url));
const maxTileScores = 2_000_000;

/** Cosines of all `a` with all `b`, a tile at a time, so that the whole matrix never exists. The next tile is made while one is looked at. */
export async function* scoreTiles(a: Vectors, b: Vectors, { columns = 4096 } = {}): AsyncGenerator<Tile> {
  const graph = await openGraph("scores", scoresPath);
  const width = Math.max(1, Math.min(columns, b.count));
  const height = Math.max(1, Math.min(a.count, Math.floor(maxTileScores / width)));
  // Two of each: one is being multiplied while the next is filled.
  const buffers = [0, 1].map(() => ({ left: createShared(height * a.dim), right: createShared(width * b.dim) }));
  let count = 0;

  function start(rowStart: number, columnStart: number) {
    const { left, right } = buffers[count++ % 2] ?? { left: createShared(0), right: createShared(0) };
    const [rows, cells] = [fill(left, { vectors: a, from: rowStart }), fill(right, { vectors: b, from: columnStart })];
    const scores = graph.run({ a: rows, b: cells }, "scores");
    // Told by the await below, if anybody still wants to know.
    scores.catch(() => {});
    return { scores, rowStart, rows: rows.dims[0], columnStart, columns: cells.dims[0] };
  }

  let ahead: ReturnType<typeof start> | undefined;
  for (let rowStart = 0; rowStart < a.count; rowStart += height) {
    for (let columnStart = 0; columnStart < b.count; columnStart += width) {
      const next = start(rowStart, columnStart);
      if (ahead) yield await finish(ahead);
      ahead = next;
    }
  }
  if (ahead) yield await finish(ahead);
}

async function finish({
  scores,
  ...place
}: { scores: Promise<{ data: Float32Array }> } & Omit<Tile, "scores">): Promise<Tile> {
  return { scores: (await scores).data, ...place };
}

/** A · Bᵀ as a whole, row by row: for matrices known to be small. Vectors of `toShared` are not copied. */
export async function multiply(a: Vectors, b: Vectors): Promise<Float32Array> {
  const graph = await openGraph("scores", scoresPath);
  const toTensor = ({ data, count, dim }: Vectors) => ({ data, dims: [count, dim] });
  return (await graph.run({ a: toTensor(a), b: toTensor(b) }, "scores")).data;
}

/** The same numbers in memory that the graph's thread can read too. */
export function toShared({ data, count, dim }: Vectors): Vectors {
  const shared = createShared(data.length);
  shared.set(data);
  return { data: shared, count, dim };
}

function createShared(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/** Copies as many rows as the target holds and there are. */
function fill(
  target: Float32Array,
  { vectors, from }: { vectors: Vectors; from: number },
): { data: Float32Array; dims: [number, number] } {
  const { data, count, dim } = vectors;
  const rows = Math.min(count - from, target.length / dim);
  target.set(data.subarray(from * dim, (from + rows) * dim));
  return { data: target.subarray(0, rows * dim), dims: [rows, dim] };
}
