// Speed and memory of scoring: 50,000 images against 1,000 texts, from vectors, on this machine.
import { classify } from "../../gpu-runners/vision/src/evaluate/classify.ts";
import { scoreRetrieval } from "../../gpu-runners/vision/src/evaluate/retrieval.ts";
import { retrieve } from "../../gpu-runners/vision/src/evaluate/retrieve.ts";
import { createRandom } from "../../gpu-runners/vision/src/evaluate/random.ts";
import { scoreClassification } from "../../gpu-runners/vision/src/evaluate/score-classification.ts";
import { emptyVectors, normalize, rowOf, type Vectors } from "../../gpu-runners/vision/src/vectors.ts";

const imageCount = 50_000;
const textCount = 1000;
const dim = 512;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function makeVectors(count: number, seed: number): Vectors {
  const random = createRandom(seed);
  const vectors = emptyVectors(count, dim);
  for (let i = 0; i < vectors.data.length; i++) vectors.data[i] = random() - 0.5;
  for (let i = 0; i < count; i++) normalize(rowOf(vectors, i));
  return vectors;
}

async function measure(name: string, work: () => Promise<void>): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
  const start = performance.now();
  const cpu = process.cpuUsage();
  await work();
  clearInterval(watch);
  peak = Math.max(peak, process.memoryUsage.rss());
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  say(
    `${name.padEnd(44)} ${seconds.toFixed(2)} s (goal < 5 s: ${seconds < 5 ? "met" : "MISSED"}), ${((user + system) / 1e6).toFixed(2)} s of processor, ${((peak - before) / 1024 ** 2).toFixed(0)} MiB more at the peak`,
  );
}

const images = makeVectors(imageCount, 1);
const texts = makeVectors(textCount, 2);
const truths = Int32Array.from({ length: imageCount }, (_, i) => i % textCount);
const classes = Array.from({ length: textCount }, (_, i) => `class ${i}`);
const captions = Array.from({ length: textCount }, (_, text) => ({ text, image: text * 50 }));
say(`whole matrix would take ${((imageCount * textCount * 4) / 1024 ** 2).toFixed(0)} MiB`);

let verdicts = await classify(images, texts, { truths, logitScale: 100 });
await measure("zero-shot, 50,000 images x 1,000 classes", async () => {
  verdicts = await classify(images, texts, { truths, logitScale: 100 });
});
await measure("  its scores, 1,000 bootstrap resamples", async () => {
  scoreClassification(verdicts, { truths, classes, skippedCount: 0, seed: 0 });
});
let places = { textToImage: new Int32Array(), imageToText: new Int32Array() } as Awaited<ReturnType<typeof retrieve>>;
await measure("retrieval, 1,000 texts x 50,000 images, top 10", async () => {
  places = await retrieve(texts, images, captions);
});
await measure("  its scores, 1,000 bootstrap resamples", async () => {
  scoreRetrieval(places, { captions }, 0);
});
