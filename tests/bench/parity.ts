// Our evaluation beside CLIP_benchmark's on CIFAR-10 and the photographs: `node tests/bench/parity.ts [images] [architecture]`.
// All 10,000 images and the repository's small CLIP, unless a number and an architecture of open_clip are given; that one has random weights.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { figuresEndToEnd } from "../parity/end-to-end.ts";
import { figuresOfSame, toFigures } from "../parity/figures.ts";
import { canCompare, makeModel, runReference } from "../parity/reference.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const cell = (value: number | undefined): string => (value === undefined ? "-" : value.toFixed(6)).padStart(16);

const [, , images = "10000", architecture] = process.argv;
if (canCompare) await compare(Number(images));
else say("needs ../shared/data and the trainer's Python environment: npm run setup");

async function compare(cifarCount: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "parity-"));
  try {
    const modelFolder = architecture === undefined ? undefined : await makeModel(architecture, folder);
    const reference = await runReference(folder, { cifarCount, ...(modelFolder && { modelFolder }) });
    const same = await figuresOfSame(reference, folder);
    const ours = await figuresEndToEnd(reference, folder);
    say(
      `${"".padEnd(20)}${["the reference", "same vectors", "from images"].map((name) => name.padStart(16)).join("")}`,
    );
    for (const [name, value] of Object.entries(toFigures(reference)))
      say(`${name.padEnd(20)}${[value, same.figures[name], ours.figures[name]].map(cell).join("")}`);
    say(`mean cosine         CIFAR-10 ${ours.cosines.cifar.toFixed(9)}, photographs ${ours.cosines.photos.toFixed(9)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
