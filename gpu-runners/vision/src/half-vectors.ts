import type { Vectors } from "./vectors.ts";

/** Vectors as the `embeddings` layer holds them: half precision, row by row, nothing else. */
export function toHalf({ data }: Vectors): Buffer {
  const half = Float16Array.from(data);
  return Buffer.from(half.buffer, half.byteOffset, half.byteLength);
}

export function fromHalf(bytes: Buffer, count: number): Vectors {
  const half = new Float16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return { data: Float32Array.from(half), count, dim: count === 0 ? 0 : half.length / count };
}
