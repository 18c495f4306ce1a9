import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createShardWriter, openShard } from "./shards.ts";

const folder = mkdtempSync(join(tmpdir(), "shards-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function writeShard(
  name: string,
): Promise<{ path: string; places: { offset: number; sizeBytes: number }[]; sizeBytes: number }> {
  const path = join(folder, name);
  const shard = createShardWriter(path);
  const places = [];
  for (let n = 0; n < 20; n += 1) {
    places.push(await shard.add(`${n}.png`, Buffer.alloc(n * 333, n)));
    places.push(await shard.add(`${n}.txt`, `sample № ${n}`));
  }
  const { sizeBytes } = await shard.close();
  return { path, places, sizeBytes };
}

describe("shards", { timeout: 60_000 }, () => {
  it("tells the offset at which each member's bytes really lie", async () => {
    const { path, places } = await writeShard("a.tar");
    const shard = await openShard(path);

    const image = await shard.readImage({
      uid: "7",
      imageOffset: places[14]?.offset ?? 0,
      imageBytes: places[14]?.sizeBytes ?? 0,
    });
    await shard.close();

    expect(image).toEqual(Buffer.alloc(7 * 333, 7));
  });

  it("is a tar that tar itself reads, of the size it says", async () => {
    const { path, sizeBytes } = await writeShard("b.tar");

    expect(execFileSync("tar", ["-xOf", path, "19.txt"], { encoding: "utf8" })).toBe("sample № 19");
    expect(readFileSync(path).length).toBe(sizeBytes);
  });

  it("writes the same bytes twice", async () => {
    const [one, two] = [await writeShard("c.tar"), await writeShard("d.tar")];

    expect(readFileSync(one.path).equals(readFileSync(two.path))).toBe(true);
  });

  it("refuses an image beyond the end of the shard", async () => {
    const shard = await openShard((await writeShard("e.tar")).path);

    await expect(shard.readImage({ uid: "u", imageOffset: 1_000_000, imageBytes: 10 })).rejects.toThrow(
      /beyond the end/,
    );
    await shard.close();
  });
});
