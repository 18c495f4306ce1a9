import { readFileSync } from "node:fs";
import { pillowWeights, type Interpolation } from "./pillow-weights.ts";
import { WebAssembly, type WasmMemory } from "./web-assembly.ts";

/** Interleaved 8-bit RGB. */
export type Rgb = { data: Uint8Array; width: number; height: number };
/** The image resized to `width` x `height`, of which the `size` x `size` pixels from (`left`, `top`) on are wanted. */
export type Target = {
  width: number;
  height: number;
  left: number;
  top: number;
  size: number;
  interpolation: Interpolation;
};
type Pass = (...numbers: number[]) => void;
type Module = { horizontal: Pass; vertical: Pass; toPlanes: Pass };

const reserved = 65_536;
const pageBytes = 65_536;

/**
 * Resizes as Pillow 13 does, bit for bit, and gives planar floats (3 x size x size) by way of `table`: 256 values for each channel.
 * A resizer works in memory of its own, which is kept for the next image.
 */
export function createResizer(): (image: Rgb, target: Target, table: Float32Array) => Float32Array {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const binary = readFileSync(new URL("../wasm/resize.wasm", import.meta.url));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  const { horizontal, vertical, toPlanes } = exports as unknown as Module;

  return ({ data, width, height }, { left, top, size, interpolation, ...whole }, table) => {
    const across = pillowWeights({ from: width, to: whole.width, start: left, count: size }, interpolation);
    const down = pillowWeights({ from: height, to: whole.height, start: top, count: size }, interpolation);
    const stride = 3 * width;
    const rowsOf = (y: number) => ({ first: down.bounds[2 * y] ?? 0, count: down.bounds[2 * y + 1] ?? 0 });
    const last = rowsOf(size - 1);
    const first = rowsOf(0).first;
    const rows = last.first + last.count - first;
    // Pillow's rule: what shrinks far more in height is made shorter first.
    const isDownFirst = height > whole.height && height - whole.height > 2 * (width - whole.width);
    const lineBytes = roundUp((isDownFirst ? stride : 3 * size) + 16);

    const places = layOut(memory, {
      lines: stride * (isDownFirst ? down.taps : 1),
      between: lineBytes * (isDownFirst ? size : rows),
      pixels: 3 * size * size,
      planes: 12 * size * size,
      bounds: across.bounds.byteLength,
      across: across.weights.byteLength,
      down: down.weights.byteLength,
      table: table.byteLength,
    });
    const { lines, between, pixels, planes } = places;
    const bytes = new Uint8Array(memory.buffer);
    const put = (at: number, values: Int32Array | Float32Array) =>
      bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    put(places.bounds, across.bounds);
    put(places.across, across.weights);
    put(places.down, down.weights);
    put(places.table, table);

    const load = (row: number, count: number) => bytes.set(data.subarray(row * stride, (row + count) * stride), lines);
    const narrow = (from: number, to: number) => horizontal(from, to, size, places.bounds, places.across, across.taps);
    const weightsOf = (y: number) => places.down + 4 * down.taps * y;
    const lineOf = (row: number) => between + row * lineBytes;

    if (isDownFirst) {
      for (let y = 0; y < size; y++) {
        const { first: from, count } = rowsOf(y);
        load(from, count);
        vertical(lines, stride, lineOf(y), stride, weightsOf(y), count);
        narrow(lineOf(y), pixels + 3 * size * y);
      }
    } else {
      for (let row = 0; row < rows; row++) {
        load(first + row, 1);
        narrow(lines, lineOf(row));
      }
      for (let y = 0; y < size; y++) {
        const { first: from, count } = rowsOf(y);
        vertical(lineOf(from - first), lineBytes, pixels + 3 * size * y, 3 * size, weightsOf(y), count);
      }
    }
    toPlanes(pixels, planes, size * size, places.table);
    return new Float32Array(memory.buffer.slice(planes, planes + 12 * size * size));
  };
}

/** A place in the memory for each part, with room behind it for what the passes read and write too far; grows the memory to hold them. */
function layOut<Name extends string>(memory: WasmMemory, sizes: Record<Name, number>): Record<Name, number> {
  let end = reserved;
  const places = { ...sizes };
  for (const name of Object.keys(sizes) as Name[]) {
    places[name] = end;
    end += roundUp(sizes[name] + 16);
  }
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  return places;
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
