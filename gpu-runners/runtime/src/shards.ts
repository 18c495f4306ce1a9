import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import type { BaseRow } from "@whetstone/schemas/tasks";

const blockBytes = 512;
const trailerBytes = 2 * blockBytes;

/** What a tar member takes up: its header and its data, padded. */
export function tarMemberBytes(sizeBytes: number): number {
  return blockBytes + Math.ceil(sizeBytes / blockBytes) * blockBytes;
}

/** Writes a WebDataset tar, the same bytes for the same members: no times, owners or modes of this machine. */
export function createShardWriter(path: string) {
  const tar = pack();
  const written = pipeline(tar, createWriteStream(path));
  written.catch(() => {});
  let end = 0;

  return {
    /** Appends a member and tells where its bytes lie in the tar. */
    async add(name: string, bytes: Uint8Array | string): Promise<{ offset: number; sizeBytes: number }> {
      const data = Buffer.from(bytes as Uint8Array);
      // Longer names would need an extension header, and the offset below would be wrong.
      if (Buffer.byteLength(name) > 100) throw new RangeError(`tar member name ${name} is longer than 100 bytes`);
      const offset = end + blockBytes;
      const header = {
        name,
        size: data.length,
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime: new Date(0),
        type: "file",
      } as const;
      // Not the one-call form: only the entry's own stream waits for the disk.
      const added = new Promise<void>((resolve, reject) => {
        tar.entry(header, (error) => (error ? reject(error) : resolve())).end(data);
      });
      await Promise.race([added, written]);
      end += tarMemberBytes(data.length);
      return { offset, sizeBytes: data.length };
    },
    /** Lets go of the file; for work that is given up. */
    abandon: (): void => tar.destroy(),
    /** Bytes of the file were it closed now. */
    sizeBytes: (): number => end + trailerBytes,
    async close(): Promise<{ sizeBytes: number }> {
      tar.finalize();
      await written;
      return { sizeBytes: end + trailerBytes };
    },
  };
}

/** Random access to the images of a shard by the rows of its base layer. */
export async function openShard(path: string) {
  const file = await open(path);
  return {
    async readImage(row: Pick<BaseRow, "uid" | "imageOffset" | "imageBytes">): Promise<Buffer> {
      const image = Buffer.allocUnsafe(row.imageBytes);
      const { bytesRead } = await file.read(image, 0, row.imageBytes, row.imageOffset);
      if (bytesRead !== row.imageBytes) throw new Error(`image of sample ${row.uid} lies beyond the end of its shard`);
      return image;
    },
    close: () => file.close(),
  };
}
