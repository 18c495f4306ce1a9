/** Numbers of a NumPy `.npy` file (format 1 to 3) of one dimension, little-endian or bytes; undefined for anything else. */
export function readNpy(bytes: Uint8Array): number[] | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 12 || buffer.toString("latin1", 0, 6) !== "\x93NUMPY") return undefined;
  const isLong = (buffer[6] ?? 1) >= 2;
  const start = isLong ? 12 : 10;
  const headerBytes = isLong ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8);
  const header = buffer.toString("latin1", start, start + headerBytes);
  const type = /'descr':\s*'([<|=])([biuf?])([1248])'/.exec(header) ?? /'descr':\s*'(\|)(b)(1)'/.exec(header);
  const shape = /'shape':\s*\(\s*(\d*)\s*,?\s*\)/.exec(header)?.[1];
  if (!type || shape === undefined) return undefined;
  const size = Number(type[3]);
  const count = shape === "" ? 1 : Number(shape);
  const data = buffer.subarray(start + headerBytes);
  if (data.length !== count * size) return undefined;
  return Array.from({ length: count }, (_, i) => readNumber(data, { kind: type[2] ?? "", size, at: i * size }));
}

function readNumber(data: Buffer, { kind, size, at }: { kind: string; size: number; at: number }): number {
  if (kind === "f" && size === 4) return data.readFloatLE(at);
  if (kind === "f") return size === 8 ? data.readDoubleLE(at) : Number.NaN;
  if (size === 8) return Number(kind === "i" ? data.readBigInt64LE(at) : data.readBigUInt64LE(at));
  return kind === "i" ? data.readIntLE(at, size) : data.readUIntLE(at, size);
}
