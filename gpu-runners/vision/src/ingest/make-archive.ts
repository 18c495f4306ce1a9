/** Archives for tests, broken ones too. */
import { crc32, deflateRawSync, deflateSync } from "node:zlib";
import { buffer } from "node:stream/consumers";
import { type Header, pack } from "tar-stream";

export type Members = Record<string, string | Uint8Array>;

export async function makeTar(members: Members, special: Partial<Header>[] = []): Promise<Buffer> {
  const tar = pack();
  for (const [name, data] of Object.entries(members))
    tar.entry({ name, mtime: new Date(0) }, Buffer.from(data as Uint8Array));
  for (const header of special) tar.entry({ name: "", mtime: new Date(0), ...header });
  tar.finalize();
  return buffer(tar);
}

interface ZipMember {
  data: string | Uint8Array;
  isDeflated?: boolean;
  /** What the directory says instead of the truth. */
  size?: number;
  crc?: number;
  mode?: number;
  isEncrypted?: boolean;
}

export function makeZip(members: Record<string, string | Uint8Array | ZipMember>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, member] of Object.entries(members)) {
    const {
      data,
      isDeflated = false,
      ...lies
    } = typeof member === "string" || member instanceof Uint8Array ? { data: member } : member;
    const bytes = Buffer.from(data as Uint8Array);
    const stored = isDeflated ? deflateRawSync(bytes) : bytes;
    const fileName = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800 | (lies.isEncrypted ? 1 : 0), 2);
    fields.writeUInt16LE(isDeflated ? 8 : 0, 4);
    fields.writeUInt32LE(lies.crc ?? crc32(bytes), 10);
    fields.writeUInt32LE(stored.length, 14);
    fields.writeUInt32LE(lies.size ?? bytes.length, 18);
    fields.writeUInt16LE(fileName.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), fields, fileName, stored]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((lies.mode ?? 0o100644) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x03", "latin1"), fields, rest, fileName]));
    parts.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

/** A PNG whose header claims any size; `pixels` says what really follows. */
export function makePng(width: number, height: number, pixels: Buffer = Buffer.alloc(16)): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A small real PNG, another one for each number. */
export function makeImage(seed: number): Buffer {
  const side = 8;
  const pixels = Buffer.from(
    Uint8Array.from({ length: side * (side + 1) }, (_, at) =>
      at % (side + 1) === 0 ? 0 : (seed + at * (seed + 1)) % 256,
    ),
  );
  return makePng(side, side, pixels);
}
