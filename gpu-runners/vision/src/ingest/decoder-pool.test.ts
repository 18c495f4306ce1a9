import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { afterEach, describe, expect, it } from "vitest";
import { type DecoderPool, openDecoderPool } from "./decoder-pool.ts";
import { makeImage } from "./make-archive.ts";

let pool: DecoderPool | undefined;
afterEach(() => pool?.close());
const small = (seed: number) => ({ bytes: makeImage(seed), format: "png" as const, maxPixels: 10 ** 8 });
const big = async (side: number) => ({
  bytes: await sharp({ create: { width: side, height: side, channels: 3, background: "red" } })
    .png({ compressionLevel: 1 })
    .toBuffer(),
  format: "png" as const,
  maxPixels: 10 ** 9,
});

describe("a decoder pool", { timeout: 60_000 }, () => {
  it("refuses only the image at which a child died, and decodes the others in its queue", async () => {
    const one = (pool = openDecoderPool({ workers: 1 }));
    await one.decode(small(0));
    const pid = one.pids()[0] ?? 0;
    // Held still, it dies at the first image however fast the machine is.
    process.kill(pid, "SIGSTOP");
    const results = [0, 1, 2, 3].map((seed) => one.decode(small(seed)));

    process.kill(pid, "SIGKILL");

    expect(await Promise.all(results)).toMatchObject([
      { code: "image_undecodable", detail: expect.stringMatching(/crashed/) },
      ...[1, 2, 3].map(() => ({ width: 8, height: 8 })),
    ]);
  });

  it("ends a child that takes too long over one image", async () => {
    pool = openDecoderPool({ workers: 1, timeoutMs: 150 });
    await pool.decode(small(0));

    expect(await pool.decode(await big(12_000))).toMatchObject({
      code: "image_undecodable",
      detail: expect.stringMatching(/time/),
    });
    expect(await pool.decode(small(1))).toMatchObject({ width: 8, height: 8 });
  });

  it("ends a child that takes too much memory", async () => {
    pool = openDecoderPool({ workers: 1, maxRssBytes: 140 * 1024 ** 2 });
    await pool.decode(small(0));

    expect(await pool.decode(await big(12_000))).toMatchObject({ code: "image_undecodable" });
  });

  it("gives its children no environment", async () => {
    process.env["WHETSTONE_SECRET_TEST"] = "hidden";
    pool = openDecoderPool({ workers: 1 });
    await pool.decode(small(0));

    const environment = await readFile(`/proc/${pool.pids()[0]}/environ`, "utf8").catch(() => "");

    expect(environment).not.toContain("hidden");
    delete process.env["WHETSTONE_SECRET_TEST"];
  });
});
