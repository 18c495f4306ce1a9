import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLayerWriter, createLog, createShardWriter, defineTask, startRunner } from "@whetstone/runtime";
import { type CreateRunInput } from "@whetstone/schemas/api";
import { sleep } from "@whetstone/schemas/client";
import { BaseRow } from "@whetstone/schemas/tasks";
import sharp from "sharp";
import { pushFile } from "../e2e/push.ts";
import { startRunner as startRunnerProcess } from "../e2e/runner-process.ts";
import type { Stack } from "../e2e/stack.ts";

const shardSamples = 10_000;
const taskShards = 10;
const pictures = 512;
const pixels = 128;
const words =
  "red blue green small large old new cat dog owl boat tree house river stone cloud lamp chair road hill".split(" ");

interface Picture {
  bytes: Buffer;
  sha256: string;
}

/** The version of so many rows that an earlier run left in this stack, else a new one. */
export async function openSyntheticVersion(stack: Stack, rows: number): Promise<string> {
  const name = `synthetic ${rows}`;
  const known = (await stack.api.datasets.list({ limit: 100 })).data.find((dataset) => dataset.name === name);
  return known?.latestVersionId ?? makeVersion(stack, { name, rows });
}

/**
 * A version of `rows` samples with an index. A runner of this file's own takes the ingest tasks and makes the samples up instead of reading
 * archives, which would decode a million images; all else, the uploads, the manifest, the index, is the product's own.
 * Images of a thumbnail's size repeat; texts, labels and numbers vary.
 */
async function makeVersion({ api, url, secrets }: Stack, { name, rows }: { name: string; rows: number }) {
  const images = await Promise.all(Array.from({ length: pictures }, (_, n) => toPicture(n)));
  const maker = await startRunner({
    url,
    token: secrets.runnerKey,
    name: "synthetic",
    labels: ["cpu"],
    tasks: [makeShards(images, rows)],
    concurrency: 1,
    prefetch: 1,
    log: createLog({ isJson: false, write: () => undefined }),
  });
  const uploadIds = await pushOrders(api, Math.ceil(rows / (shardSamples * taskShards)));
  const dataset = await api.datasets.create({ name });
  const versionId = await settle(api, { kind: "ingest", datasetId: dataset.id, uploadIds });
  await maker.drain();
  const indexer = startRunnerProcess("vision", { url, token: secrets.runnerKey });
  await settle(api, { kind: "index", versionId });
  await indexer.stop();
  return versionId;
}

/** One small file a task, whose name says which samples to make. */
async function pushOrders(api: Stack["api"], count: number): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "whetstone-synthetic-"));
  const ids: string[] = [];
  for (let part = 0; part < count; part += 1) {
    const path = join(folder, `part-${part}.tar`);
    await writeFile(path, `part ${part}\n`);
    ids.push(await pushFile(api, path));
  }
  await rm(folder, { recursive: true });
  return ids;
}

function makeShards(images: readonly Picture[], rows: number) {
  return defineTask({
    kind: "ingest-archive",
    async run({ params, write, workDir, progress }) {
      const first = Number(/part-(\d+)/.exec(params.filename)?.[1]) * shardSamples * taskShards;
      const shards = [];
      for (let i = 0; i < taskShards && first + i * shardSamples < rows; i += 1) {
        const [from, name] = [first + i * shardSamples, String(i).padStart(5, "0")];
        const [shard, base] = [`shard-${name}.tar`, `base-${name}.parquet`];
        const to = Math.min(rows, from + shardSamples);
        await writeShard({ images, from, to, tar: join(workDir, shard), layer: join(workDir, base) });
        await Promise.all([write(shard, join(workDir, shard)), write(base, join(workDir, base))]);
        shards.push({ shard, base, sampleCount: to - from });
        progress(i + 1, taskShards, "shards");
      }
      return { shards, rejects: null, counts: {} };
    },
  });
}

interface ShardPlan {
  images: readonly Picture[];
  from: number;
  to: number;
  tar: string;
  layer: string;
}

/** Neighbouring rows have neighbouring images, as in a shard that was read from an archive. */
async function writeShard({ images, from, to, tar, layer }: ShardPlan): Promise<void> {
  const archive = createShardWriter(tar);
  const places = [];
  for (const [n, { bytes }] of images.entries()) places.push(await archive.add(`${n}.webp`, bytes));
  await archive.close();
  const base = createLayerWriter(layer, BaseRow);
  for (let n = from; n < to; n += 1) {
    const place = n % images.length;
    const text = Array.from({ length: 3 + (n % 9) }, (_, i) => words[(n * 7 + i * i * 13) % words.length]).join(" ");
    base.append({
      uid: ((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, "0") + n.toString(16).padStart(24, "0"),
      imageMember: `${place}.webp`,
      imageOffset: places[place]?.offset ?? 0,
      imageBytes: places[place]?.sizeBytes ?? 0,
      imageFormat: "webp",
      imageSha256: images[place]?.sha256 ?? "",
      imagePhash: null,
      width: pixels,
      height: pixels - (place % 48),
      text: `${text} ${n}`,
      label: `class ${n % 100}`,
      metadata: JSON.stringify({ score: ((n * 7919) % 1000) / 1000 }),
      source: `synthetic/${n}`,
    });
  }
  base.close();
}

/** A few coloured blots on a ground, of the size and weight of a thumbnail. */
async function toPicture(n: number): Promise<Picture> {
  const dots = Buffer.from(Array.from({ length: 8 * 8 * 3 }, (_, i) => (n * 37 + i * i * 91 + i * 53) % 256));
  const bytes = await sharp(dots, { raw: { width: 8, height: 8, channels: 3 } })
    .resize(pixels, pixels - (n % 48), { kernel: "cubic", fit: "fill" })
    .webp({ quality: 75 })
    .toBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
  return { bytes, sha256: Buffer.from(digest).toString("hex") };
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
