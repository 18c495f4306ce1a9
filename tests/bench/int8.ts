// node tests/bench/int8.ts [calibration drawings]: what a package's int8 twin costs in zero-shot accuracy. The shipped emoji CLIP names drawings of two
// vendors it never learned from, among all labels; its twin, calibrated on drawings of a vendor it did learn from, names the same ones.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { comparePaired } from "@whetstone/core/statistics/compare-paired";
import { type Concept, loadConcepts } from "../../apps/demo/src/artwork/concepts.ts";
import { matchIcons } from "../../apps/demo/src/artwork/match-icons.ts";
import { rasterise } from "../../apps/demo/src/artwork/rasterise.ts";
import { vendors } from "../../apps/demo/src/artwork/vendors.ts";
import { type ClipModel, openClipModel } from "../../gpu-runners/vision/src/clip-model.ts";
import { classify, embedClasses } from "../../gpu-runners/vision/src/evaluate/classify.ts";
import { makeTar } from "../../gpu-runners/vision/src/ingest/make-archive.ts";
import type { Vectors } from "../../gpu-runners/vision/src/vectors.ts";

interface Drawings {
  pngs: Buffer[];
  truths: number[];
}

const root = new URL("../../", import.meta.url).pathname;
const modelFolder = join(root, "gpu-runners/vision/models/emoji-clip-base");
const calibrationVendor = "twemoji";
const templates = ["{}", "an image of {}"];
const maxPoints = 0.5;
const sidePx = 64;
const batch = 64;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const points = (share: number): string => (100 * share).toFixed(2);

const concepts = loadConcepts();
const labels = concepts.map(({ label }) => label);

/** A vendor's drawings of the concepts that the model learned. */
async function draw(vendor: string, cacheFolder: string, isWanted: (concept: Concept) => boolean): Promise<Drawings> {
  const icons = matchIcons(`@iconify-json/${vendor}`, concepts).filter(({ concept }) => isWanted(concept));
  const drawings: Drawings = { pngs: [], truths: [] };
  for (const { concept, svg } of icons) {
    drawings.pngs.push(await rasterise(svg, sidePx, cacheFolder));
    drawings.truths.push(concepts.indexOf(concept));
  }
  return drawings;
}

/** 1 for each drawing whose own label goes best with it, else 0. */
async function judge(model: ClipModel, classes: Vectors, { pngs, truths }: Drawings): Promise<number[]> {
  const right: number[] = [];
  for (let start = 0; start < pngs.length; start += batch) {
    const images = await model.embedImages(pngs.slice(start, start + batch));
    const verdicts = await classify(images, classes, {
      truths: truths.slice(start, start + batch),
      logitScale: model.logitScale,
    });
    for (const rank of verdicts.ranks) right.push(rank === 1 ? 1 : 0);
  }
  return right;
}

async function quantise(images: string, count: number, output: string): Promise<void> {
  const args = ["-m", "trainer.quantise", modelFolder, "--images", images, "--count", String(count)];
  const child = spawn(".venv/bin/python", [...args, "--output", output], {
    cwd: join(root, "gpu-runners/trainer"),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`trainer.quantise ended with ${code}`);
}

/** Evenly over the vendor's list, which goes by kind: its first drawings are all faces. */
function spread<Item>(items: readonly Item[], count: number): Item[] {
  const step = Math.max(1, Math.floor(items.length / count));
  return items.filter((_, i) => i % step === 0).slice(0, count);
}

const calibrationCount = Number(process.argv[2] ?? 128);
const folder = await mkdtemp(join(tmpdir(), "bench-int8-"));
try {
  const seen = await draw(calibrationVendor, folder, ({ heldOut }) => !heldOut);
  const chosen = spread(seen.pngs, calibrationCount);
  const tar = join(folder, "calibration.tar");
  await writeFile(tar, await makeTar(Object.fromEntries(chosen.map((png, i) => [`${i}.png`, png]))));
  const twinFolder = join(folder, "twin");
  await quantise(tar, chosen.length, twinFolder);

  const plain = await openClipModel(async (file) => join(modelFolder, file));
  const twin = await openClipModel(async (file) => join(twinFolder, file));
  const classes = await embedClasses(labels, templates, plain.embedTexts);
  const all = { plain: [] as number[], twin: [] as number[] };
  for (const { name } of vendors.filter(({ role }) => role === "corpus")) {
    const drawings = await draw(name, folder, ({ heldOut }) => !heldOut);
    const [ours, small] = [await judge(plain, classes, drawings), await judge(twin, classes, drawings)];
    all.plain.push(...ours);
    all.twin.push(...small);
    tell(name, ours, small);
  }
  tell("together", all.plain, all.twin);
  await Promise.all([plain.close(), twin.close()]);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function tell(name: string, plain: number[], twin: number[]): void {
  const { a, b, difference, interval, count } = comparePaired(plain, twin, { seed: 0 });
  const range = interval ? ` (95 % interval ${points(interval.low)} to ${points(interval.high)})` : "";
  const verdict = difference >= -maxPoints / 100 ? "met" : "MISSED";
  say(
    `${name.padEnd(16)} fp32 ${points(a)} %, int8 ${points(b)} % of ${count} drawings: ${points(difference)} points${range} (goal: at most ${maxPoints} less: ${verdict})`,
  );
}
