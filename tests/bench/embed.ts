// node tests/bench/embed.ts [rounds] [photographs] [package]: photographs to embeddings, ours against open_clip's, turn about in one run.
// Wall ratios hold on an idle machine; ratios of CPU seconds hold on a shared one too.
// Without a package, a ViT-B/32 with random weights is made first.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { extract } from "tar-stream";
import { openClipModel } from "../../gpu-runners/vision/src/clip-model.ts";
import { createPreprocessor } from "../../gpu-runners/vision/src/preprocess.ts";
import { ModelPackage } from "@whetstone/schemas/api";
import { readFileSync } from "node:fs";

type Answer = { seconds: number; cpuSeconds: number; embeddings?: string };

const root = new URL("../../", import.meta.url).pathname;
const photosPath = resolve(root, "../shared/data/photos/photos-200.tar");
const batch = 32;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Embeds every photograph `rounds` times by each way, and says medians of the rounds' ratios. */
export async function benchEmbed(folder: string, rounds: number, count: number): Promise<void> {
  const photos = (await readPhotos()).slice(0, count);
  const openedAt = performance.now();
  const opened = process.cpuUsage();
  const model = await openClipModel(async (file) => join(folder, file));
  say(
    `load             ${((performance.now() - openedAt) / 1000).toFixed(1)} s to open the package (goal < 10 s), ${toSeconds(process.cpuUsage(opened)).toFixed(1)} CPU seconds`,
  );
  const { image, embedDim } = ModelPackage.options[0].parse(
    JSON.parse(readFileSync(join(folder, "model.json"), "utf8")),
  );
  const toPixels = createPreprocessor(image);
  await model.embedImages(photos.slice(0, 16));

  await using pair = await startPair(folder);
  const ways = [0, 1, 2].map((workers) => ({ workers, name: `open_clip, DataLoader of ${workers} workers` }));
  const ratios = new Map<string, number[]>();
  const note = (name: string, ratio: number) => ratios.set(name, [...(ratios.get(name) ?? []), ratio]);
  let cosines: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const cpu = process.cpuUsage();
    for (const photo of photos) await toPixels(photo);
    const used = process.cpuUsage(cpu);
    const pillow = await pair.ask({ what: "decode", photos: count });
    note("decode and resize a core, Pillow and torchvision", pillow.cpuSeconds / toSeconds(used));

    const startedAt = performance.now();
    const before = process.cpuUsage();
    const ours = await embed(photos);
    const seconds = (performance.now() - startedAt) / 1000;
    const cpuSeconds = toSeconds(process.cpuUsage(before));
    say(`round ${round + 1}          ours ${rate(photos, { seconds, cpuSeconds })}`);
    for (const { workers, name } of ways) {
      const answer = await pair.ask({ what: "embed", photos: count, batch, workers });
      say(`                 ${name} ${rate(photos, answer)}`);
      note(`${name}, wall`, answer.seconds / seconds);
      note(`${name}, CPU seconds`, answer.cpuSeconds / cpuSeconds);
      cosines = cosinesOf(ours, toFloats(answer.embeddings ?? ""), embedDim);
    }
  }
  for (const [name, values] of ratios) {
    const ratio = median(values);
    const goal = goalOf(name);
    const verdict = goal === undefined ? "" : ` (goal >= ${goal}: ${ratio >= goal ? "met" : "MISSED"})`;
    const all = values.map((value) => value.toFixed(2)).join(", ");
    say(`ratio            ${ratio.toFixed(2)} (${all}) against ${name}${verdict}`);
  }
  const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
  const lowest = Math.min(...cosines);
  say(
    `cosine           mean ${mean.toFixed(6)}, lowest ${lowest.toFixed(6)} with open_clip's embeddings (goal >= 0.9999: ${lowest >= 0.9999 ? "met" : "MISSED"})`,
  );
  await model.close();

  async function embed(items: Buffer[]): Promise<Float32Array> {
    const parts = Array.from({ length: Math.ceil(items.length / 64) }, (_, i) => items.slice(64 * i, 64 * i + 64));
    const vectors = await Promise.all(parts.map((part) => model.embedImages(part)));
    return Float32Array.from(vectors.flatMap(({ data }) => [...data]));
  }
}

async function readPhotos(): Promise<Buffer[]> {
  if (!existsSync(photosPath)) throw new Error(`${photosPath} is not there`);
  const photos: Buffer[] = [];
  for await (const entry of createReadStream(photosPath).pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.name.endsWith(".jpg")) photos.push(Buffer.concat(chunks));
  }
  return photos;
}

async function startPair(folder: string) {
  const child = spawn(".venv/bin/python", ["-m", "trainer.bench_embed", folder, photosPath], {
    cwd: join(root, "gpu-runners/trainer"),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<Answer> => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the Python pair has ended");
    return JSON.parse(value) as Answer;
  };
  await read();
  return {
    async ask(what: object): Promise<Answer> {
      child.stdin.write(`${JSON.stringify(what)}\n`);
      return read();
    },
    [Symbol.asyncDispose]: async () => void child.stdin.end(),
  };
}

/** Processor seconds have none: they are there for machines that do something else too. */
function goalOf(name: string): number | undefined {
  if (name.endsWith(", CPU seconds")) return undefined;
  return name.startsWith("decode") ? 1 : 1.25;
}

async function makePackage(folder: string): Promise<void> {
  const child = spawn(".venv/bin/python", ["-m", "trainer.pretrained", "ViT-B-32", "--output", folder], {
    cwd: join(root, "gpu-runners/trainer"),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`trainer.pretrained ended with ${code}`);
}

function rate(photos: Buffer[], { seconds, cpuSeconds }: Answer): string {
  return `${(photos.length / seconds).toFixed(1)} images/s, ${(photos.length / cpuSeconds).toFixed(1)} a CPU second`;
}

function toSeconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

function toFloats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, "base64");
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function cosinesOf(a: Float32Array, b: Float32Array, dim: number): number[] {
  return Array.from({ length: a.length / dim }, (_, row) => {
    let sum = 0;
    for (let i = row * dim; i < (row + 1) * dim; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
    return sum;
  });
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) {
  const [rounds = "3", count = "200", given] = process.argv.slice(2);
  const temporary = await mkdtemp(join(tmpdir(), "bench-embed-"));
  try {
    if (!given) await makePackage(temporary);
    await benchEmbed(resolve(given ?? temporary), Number(rounds), Number(count));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
