/**
 * The order of rows by (`first`, `second`), equal ones as they came; undefined when they are in order already. A merge sort of the
 * ascending stretches it finds: linear for rows in order, and for a few interleaved files next to it.
 */
export function orderRows(first: Float64Array, second: Float64Array, length: number): Uint32Array | undefined {
  const isAfter = (a: number, b: number): boolean => {
    const difference = (first[a] as number) - (first[b] as number);
    return difference > 0 || (difference === 0 && (second[a] as number) > (second[b] as number));
  };
  let starts = [0];
  for (let i = 1; i < length; i++) if (isAfter(i - 1, i)) starts.push(i);
  if (starts.length === 1) return undefined;

  let order: Uint32Array = Uint32Array.from({ length }, (_, i) => i);
  let merged: Uint32Array = new Uint32Array(length);
  while (starts.length > 1) {
    const next: number[] = [];
    for (let s = 0; s < starts.length; s += 2) {
      const start = starts[s] as number;
      const middle = starts[s + 1] ?? length;
      merge(order, merged, { start, middle, end: starts[s + 2] ?? length, isAfter });
      next.push(start);
    }
    [order, merged] = [merged, order];
    starts = next;
  }
  return order;
}

interface Stretch {
  start: number;
  middle: number;
  end: number;
  isAfter: (a: number, b: number) => boolean;
}

function merge(from: Uint32Array, to: Uint32Array, { start, middle, end, isAfter }: Stretch): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takesLeft = left < middle && (right >= end || !isAfter(from[left] as number, from[right] as number));
    to[at] = from[takesLeft ? left++ : right++] as number;
  }
}
