import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CreateRunInput } from "@whetstone/schemas/api";
import { sleep } from "@whetstone/schemas/client";
import sharp from "sharp";
import { pack } from "tar-stream";
import { pushFile } from "../e2e/push.ts";
import type { Stack } from "../e2e/stack.ts";

const shardSamples = 10_000;
const pictures = 512;
const words =
  "red blue green small large old new cat dog owl boat tree house river stone cloud lamp chair road hill".split(" ");

/** A version of `rows` samples with thumbnails and an index, made by the product's own runs. Images repeat; texts, labels and numbers vary. */
export async function makeSyntheticVersion({ api }: Stack, rows: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "whetstone-synthetic-"));
  const images = await Promise.all(Array.from({ length: pictures }, (_, n) => toPicture(n)));
  const uploadIds: string[] = [];
  for (let from = 0; from < rows; from += shardSamples) {
    const path = join(folder, "part.tar");
    await writePart(path, { images, from, to: Math.min(rows, from + shardSamples) });
    uploadIds.push(await pushFile(api, path));
    await rm(path);
  }
  await rm(folder, { recursive: true });
  const dataset = await api.datasets.create({ name: `synthetic ${Date.now()}` });
  const options = { maxShardSamples: shardSamples };
  const ingested = await settle(api, { kind: "ingest", datasetId: dataset.id, uploadIds, options });
  const profiled = await settle(api, { kind: "profile", versionId: ingested, thumbnailPixels: 64 });
  await settle(api, { kind: "index", versionId: profiled });
  return profiled;
}

function toPicture(n: number): Promise<Buffer> {
  const background = { r: (n * 37) % 256, g: (n * 91) % 256, b: (n * 53) % 256 };
  return sharp({ create: { width: 24 + (n % 40), height: 24 + (n % 24), channels: 3, background } })
    .png()
    .toBuffer();
}

async function writePart(path: string, { images, from, to }: { images: readonly Buffer[]; from: number; to: number }) {
  const tar = pack();
  const file = createWriteStream(path);
  tar.pipe(file);
  for (let n = from; n < to; n += 1) {
    const name = String(n).padStart(8, "0");
    const text = Array.from({ length: 3 + (n % 9) }, (_, i) => words[(n * 7 + i * i * 13) % words.length]).join(" ");
    tar.entry({ name: `${name}.png` }, images[(n * 31) % images.length] ?? Buffer.alloc(0));
    tar.entry({ name: `${name}.txt` }, `${text} ${n}`);
    tar.entry(
      { name: `${name}.json` },
      JSON.stringify({ label: `class ${n % 100}`, score: ((n * 7919) % 1000) / 1000 }),
    );
  }
  tar.finalize();
  await once(file, "close");
}

async function settle(api: Stack["api"], input: CreateRunInput): Promise<string> {
  const { id } = await api.runs.create(input);
  for (;;) {
    const run = await api.runs.get(id);
    if (run.status === "succeeded") return run.output.versionId ?? "";
    if (run.finishedAt !== null) throw new Error(`${input.kind} ${run.status}: ${run.error?.message ?? ""}`);
    await sleep(2_000);
  }
}
