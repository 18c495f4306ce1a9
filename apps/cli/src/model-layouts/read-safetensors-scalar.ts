import { open } from "node:fs/promises";
import { z } from "zod";

const Header = z.record(
  z.string(),
  z.looseObject({ dtype: z.string().optional(), data_offsets: z.tuple([z.int(), z.int()]).optional() }),
);
const maxHeaderBytes = 64 * 1024 ** 2;

/** A float32 tensor of one number in a safetensors file, or null if it has none of that name. Reads the header and those bytes alone. */
export async function readSafetensorsScalar(path: string, name: string): Promise<number | null> {
  await using file = await open(path);
  const length = Number((await read(8, 0)).readBigUInt64LE());
  if (length > maxHeaderBytes) throw new Error(`${path} is no safetensors file`);
  const tensor = Header.parse(JSON.parse((await read(length, 8)).toString("utf8")))[name];
  const [start = 0, end = 0] = tensor?.data_offsets ?? [];
  return tensor?.dtype === "F32" && end - start === 4 ? (await read(4, 8 + length + start)).readFloatLE() : null;

  async function read(bytes: number, position: number): Promise<Buffer> {
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await file.read(buffer, 0, bytes, position);
    if (bytesRead < bytes) throw new Error(`${path} is cut off`);
    return buffer;
  }
}
