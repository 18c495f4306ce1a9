import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createLayerWriter, createShardWriter, tarMemberBytes } from "@whetstone/runtime";
import { BaseRow } from "@whetstone/schemas/tasks";
import { extensionOf } from "./image-format.ts";

export interface NewSample {
  row: Omit<BaseRow, "imageMember" | "imageOffset">;
  image: Uint8Array;
}
interface OutputOptions {
  workDir: string;
  maxShardSamples: number;
  maxShardBytes: number;
  write(name: string, path: string): Promise<unknown>;
}
interface OpenShard {
  names: { shard: string; base: string };
  tar: ReturnType<typeof createShardWriter>;
  base: ReturnType<typeof createLayerWriter<typeof BaseRow>>;
  sampleCount: number;
}

/** Fills one shard and its base layer after the other; a full one uploads while the next fills. */
export function createShardOutput({ workDir, maxShardSamples, maxShardBytes, write }: OutputOptions) {
  const shards: { shard: string; base: string; sampleCount: number }[] = [];
  let open: OpenShard | undefined;
  let uploading: Promise<unknown> = Promise.resolve();

  function openNext(): OpenShard {
    const number = String(shards.length).padStart(5, "0");
    const names = { shard: `shard-${number}.tar`, base: `base-${number}.parquet` };
    return {
      names,
      tar: createShardWriter(join(workDir, names.shard)),
      base: createLayerWriter(join(workDir, names.base), BaseRow),
      sampleCount: 0,
    };
  }

  async function closeShard(): Promise<void> {
    if (!open) return;
    const { names, tar, base, sampleCount } = open;
    open = undefined;
    await tar.close();
    base.close();
    shards.push({ ...names, sampleCount });
    await uploading;
    uploading = Promise.all(
      Object.values(names).map(async (name) => {
        await write(name, join(workDir, name));
        await rm(join(workDir, name));
      }),
    );
    uploading.catch(() => {});
  }

  return {
    async add({ row, image }: NewSample): Promise<void> {
      const { uid, text, label, metadata } = row;
      const json = JSON.stringify({
        ...(JSON.parse(metadata) as Record<string, unknown>),
        uid,
        ...(label !== null && { label }),
      });
      const bytes = [image.length, Buffer.byteLength(text), Buffer.byteLength(json)].reduce(
        (sum, size) => sum + tarMemberBytes(size),
        0,
      );
      if (open && (open.sampleCount >= maxShardSamples || open.tar.sizeBytes() + bytes > maxShardBytes))
        await closeShard();
      open ??= openNext();

      const imageMember = `${uid}.${extensionOf[row.imageFormat]}`;
      const { offset: imageOffset } = await open.tar.add(imageMember, image);
      await open.tar.add(`${uid}.txt`, text);
      await open.tar.add(`${uid}.json`, json);
      open.base.append({ ...row, imageMember, imageOffset });
      open.sampleCount += 1;
    },
    /** For work that failed or was stopped; harmless after `close`. */
    abandon: (): void => open?.tar.abandon(),
    async close(): Promise<typeof shards> {
      await closeShard();
      await uploading;
      return shards;
    },
  };
}
