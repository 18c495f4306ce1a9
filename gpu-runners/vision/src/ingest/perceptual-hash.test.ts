import { existsSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { openDecoderPool } from "./decoder-pool.ts";
import { openArchive } from "./open-archive.ts";
import { archiveLimits } from "./archive-limits.ts";
import { readMember } from "./archive-member.ts";
import { hashSide, perceptualHash } from "./perceptual-hash.ts";

const photos = join(import.meta.dirname, "../../../../../shared/data/photos/photos-200.tar");
const image = (value: (x: number, y: number) => number) =>
  Uint8Array.from({ length: hashSide ** 2 }, (_, i) => value(i % hashSide, Math.floor(i / hashSide)));

test.each([
  // imagehash 4.3: phash(Image.fromarray(a)) of the same arrays.
  ["c194c1953768b6ed", image((x, y) => (x * 7 + y * 13 + ((x * y) % 17) * 5) % 256)],
  ["c9363ec10fcf3234", image((x, y) => ((x - 12) ** 2 + (y - 20) ** 2 < 81 ? 200 : 40))],
])("the hash is %s, as Python's imagehash has it", (hash, grey) => {
  expect(perceptualHash(grey)).toBe(hash);
});

test("a plain surface has none, and an image of another size is a mistake", () => {
  expect(perceptualHash(image(() => 130))).toBeNull();
  expect(() => perceptualHash(new Uint8Array(10))).toThrow("32 × 32");
});

test.skipIf(!existsSync(photos))(
  "photographs keep their hash when they are shrunk and squeezed, and no two share one",
  { timeout: 60_000 },
  async () => {
    const decoders = openDecoderPool();
    const hashOf = async (bytes: Uint8Array) => {
      const decoded = await decoders.decode({ bytes, format: "jpeg", maxPixels: 10 ** 8 });
      return "phash" in decoded ? BigInt(`0x${decoded.phash}`) : -1n;
    };
    const hashes: bigint[] = [];
    const moved: number[] = [];
    for await (const member of (await openArchive(photos, archiveLimits)).members()) {
      if (!member.path.endsWith(".jpg") || hashes.length >= 40) continue;
      const bytes = await readMember(member);
      const hash = await hashOf(bytes);
      const small = await sharp(bytes).resize(200).jpeg({ quality: 30 }).toBuffer();
      hashes.push(hash);
      moved.push(distance(hash, await hashOf(small)));
    }
    decoders.close();

    expect(hashes).toHaveLength(40);
    expect(Math.max(...moved)).toBeLessThanOrEqual(6);
    const between = hashes.flatMap((a, i) => hashes.slice(i + 1).map((b) => distance(a, b)));
    expect(Math.min(...between)).toBeGreaterThan(12);
  },
);

function distance(a: bigint, b: bigint): number {
  return (a ^ b).toString(2).replaceAll("0", "").length;
}
