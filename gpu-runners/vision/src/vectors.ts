/** Rows of equal width in one array, each of length one. */
export type Vectors = { data: Float32Array; count: number; dim: number };

export function emptyVectors(count: number, dim: number): Vectors {
  return { data: new Float32Array(count * dim), count, dim };
}

export function rowOf({ data, dim }: Vectors, index: number): Float32Array {
  return data.subarray(index * dim, (index + 1) * dim);
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Scales the row to length one, in place; a zero row stays zero. */
export function normalize(row: Float32Array): Float32Array {
  const length = Math.sqrt(dot(row, row));
  if (length > 0) for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) / length;
  return row;
}
