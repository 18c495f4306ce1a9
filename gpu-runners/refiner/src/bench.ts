import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { createEmbeddedRefiner } from "./embedded-refiner.ts";
import type { Outcome, RefineItem } from "./refiner.ts";

/** Samples a second of the embedded refiner: `node src/bench.ts [--samples 512] [--model emoji-refiner] [--images folder]`. */
const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "512" },
    model: { type: "string", default: "emoji-refiner" },
    images: { type: "string" },
  },
});
const alts = [
  "",
  "IMG_2041.JPG",
  "free png clipart of an apple, buy now with 50 % off",
  "photo",
  "rotes auto auf der strasse",
  "Smiling face - stock vector",
];

const items = await makeItems(Number(values.samples));
const refiner = await createEmbeddedRefiner({
  modelsDir: fileURLToPath(new URL("../models", import.meta.url)),
  model: values.model,
  temperature: 0,
  seed: 0,
});
await run(items.slice(0, 32));

const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
const outcomes = await run(items);
const seconds = (performance.now() - startedAt) / 1000;
const cpu = process.cpuUsage(cpuBefore);
const cpuSeconds = (cpu.user + cpu.system) / 1e6;
const tokens = outcomes.reduce((sum, { completionTokens }) => sum + completionTokens, 0);
const report = {
  samples: items.length,
  seconds: Number(seconds.toFixed(2)),
  samplesPerSecond: Number((items.length / seconds).toFixed(1)),
  // On a shared machine the wall clock counts others' work too.
  samplesPerCpuSecond: Number((items.length / cpuSeconds).toFixed(1)),
  tokensPerSecond: Math.round(tokens / seconds),
  tokensPerSample: Number((tokens / items.length).toFixed(1)),
  rejected: outcomes.filter((outcome) => "rejected" in outcome).length,
  repaired: outcomes.filter((outcome) => "isRepaired" in outcome && outcome.isRepaired).length,
};
process.stdout.write(`${JSON.stringify(report)}\n`);

async function run(batch: RefineItem[]): Promise<Outcome[]> {
  const done: Outcome[] = [];
  async function* each(): AsyncGenerator<RefineItem> {
    yield* batch;
  }
  await refiner.refine(each(), {
    signal: new AbortController().signal,
    onOutcome: (_, outcome) => void done.push(outcome),
  });
  return done;
}

async function makeItems(count: number): Promise<RefineItem[]> {
  const images = values.images ? await readImages(values.images) : await drawImages();
  return Array.from({ length: count }, (_, i) => {
    const image = images[i % images.length] ?? Buffer.alloc(0);
    return {
      uid: String(i),
      image,
      imageSha256: createHash("sha256").update(image).digest("hex"),
      text: alts[i % alts.length] ?? "",
    };
  });
}

async function readImages(folder: string): Promise<Buffer[]> {
  const files = (await readdir(folder)).filter((file) => /\.(png|jpe?g|webp)$/.test(file)).toSorted();
  return Promise.all(files.map((file) => readFile(join(folder, file))));
}

/** Coloured shapes at 128 pixels, so that decoding and resizing cost what they do for artwork. */
function drawImages(): Promise<Buffer[]> {
  const draw = (_: unknown, i: number) => {
    const shape =
      i % 2
        ? `<circle cx="64" cy="${40 + i}" r="${20 + i}"/>`
        : `<rect x="${i}" y="20" width="60" height="${50 + i}"/>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128"><g fill="hsl(${i * 25} 80% 50%)">${shape}</g></svg>`;
    return sharp(Buffer.from(svg)).png().toBuffer();
  };
  return Promise.all(Array.from({ length: 16 }, draw));
}
