// node tests/bench/embed.ts [rounds] [photographs] [package]: photographs to embeddings, ours and its int8 twin against open_clip's and clip-retrieval's, turn about
// in one run.
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
export async function benchEmbed(
  { folder, twinFolder }: { folder: string; twinFolder: string },
  rounds: number,
  count: number,
): Promise<void> {
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
  const twin = await openClipModel(async (file) => join(twinFolder, file));
  for (const one of [model, twin]) await one.embedImages(photos.slice(0, 16));

  await using pair = await startPair(folder);
  const ways = [
    ...[0, 1, 2].map((workers) => ({ what: "embed", workers, name: `open_clip, DataLoader of ${workers} workers` })),
    // Its default, and what suits two cores.
    ...[4, 1].map((workers) => ({ what: "clip-retrieval", workers, name: `clip-retrieval of ${workers} workers` })),
  ];
  const ratios = new Map<string, number[]>();
  const note = (name: string, ratio: number) => ratios.set(name, [...(ratios.get(name) ?? []), ratio]);
  let cosines: number[] = [];
  let twinCosines: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const cpu = process.cpuUsage();
    for (const photo of photos) await toPixels(photo);
    const used = process.cpuUsage(cpu);
    const pillow = await pair.ask({ what: "decode", photos: count });
    note("decode and resize a core, Pillow and torchvision", pillow.cpuSeconds / toSeconds(used));

    const ours = await embed(model);
    const small = await embed(twin);
    say(`round ${round + 1}          ours ${rate(photos, ours)}`);
    say(`                 int8 twin ${rate(photos, small)}`);
    note("ours in fp32, by the int8 twin, wall", ours.seconds / small.seconds);
    note("ours in fp32, by the int8 twin, CPU seconds", ours.cpuSeconds / small.cpuSeconds);
    for (const { what, workers, name } of ways) {
      const answer = await pair.ask({ what, photos: count, batch, workers });
      say(`                 ${name} ${rate(photos, answer)}`);
      note(`${name}, wall`, answer.seconds / ours.seconds);
      note(`${name}, CPU seconds`, answer.cpuSeconds / ours.cpuSeconds);
      if (what !== "embed") continue;
      note(`${name}, by the int8 twin, wall`, answer.seconds / small.seconds);
      note(`${name}, by the int8 twin, CPU seconds`, answer.cpuSeconds / small.cpuSeconds);
      cosines = cosinesOf(ours.vectors, toFloats(answer.embeddings ?? ""), embedDim);
      twinCosines = cosinesOf(small.vectors, ours.vectors, embedDim);
    }
  }
  for (const [name, values] of ratios) {
    const ratio = median(values);
    const goal = goalOf(name);
    const verdict = goal === undefined ? "" : ` (goal >= ${goal}: ${ratio >= goal ? "met" : "MISSED"})`;
    const all = values.map((value) => value.toFixed(2)).join(", ");
    say(`ratio            ${ratio.toFixed(2)} (${all}) against ${name}${verdict}`);
  }
  const lowest = Math.min(...cosines);
  say(
    `cosine           mean ${meanOf(cosines).toFixed(6)}, lowest ${lowest.toFixed(6)} with open_clip's embeddings (goal >= 0.9999: ${lowest >= 0.9999 ? "met" : "MISSED"})`,
  );
  say(
    `cosine           mean ${meanOf(twinCosines).toFixed(6)}, lowest ${Math.min(...twinCosines).toFixed(6)} of the int8 twin with ours`,
  );
  for (const one of [model, twin]) await one.close();

  async function embed(by: typeof model): Promise<Answer & { vectors: Float32Array }> {
    const startedAt = performance.now();
    const before = process.cpuUsage();
    const parts = Array.from({ length: Math.ceil(count / 64) }, (_, i) => photos.slice(64 * i, 64 * i + 64));
    const vectors = await Promise.all(parts.map((part) => by.embedImages(part)));
    return {
      vectors: Float32Array.from(vectors.flatMap(({ data }) => [...data])),
      seconds: (performance.now() - startedAt) / 1000,
      cpuSeconds: toSeconds(process.cpuUsage(before)),
    };
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

/** Processor seconds have none: they are there for machines that do something else too. Neither have we against ourselves. */
function goalOf(name: string): number | undefined {
  if (name.endsWith(", CPU seconds") || name.startsWith("ours")) return undefined;
  if (name.includes("int8 twin")) return 1.6;
  return name.startsWith("decode") ? 1 : 1.25;
}

async function runTrainer(...args: string[]): Promise<void> {
  const child = spawn(".venv/bin/python", ["-m", ...args], {
    cwd: join(root, "gpu-runners/trainer"),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
}

function meanOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
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
    const folder = resolve(given ?? join(temporary, "package"));
    const twinFolder = join(temporary, "twin");
    if (!given) await runTrainer("trainer.pretrained", "ViT-B-32", "--output", folder);
    await runTrainer("trainer.quantise", folder, "--images", photosPath, "--output", twinFolder);
    await benchEmbed({ folder, twinFolder }, Number(rounds), Number(count));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
