import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { pack as createPack } from "tar-stream";
import { type Concept, loadConcepts } from "./artwork/concepts.ts";
import { matchIcons } from "./artwork/match-icons.ts";
import { makeAltText } from "./artwork/noise.ts";
import { createRandom } from "./artwork/random.ts";
import { rasterise } from "./artwork/rasterise.ts";
import { type Role, type Vendor, vendors } from "./artwork/vendors.ts";

const drawnAtOnce = 8;
const archiveSamples = 1_000;

/** A drawing with what is known of it. The alt-text is all that a refiner or a trainer is shown; label and tags only score. */
export interface Drawing {
  key: string;
  png: Buffer;
  altText: string;
  label: string;
  tags: readonly string[];
  group: string;
  /** Of a test drawing: the label of another concept of its kind, a false caption that is hard to tell from the true one. */
  falseLabel: string | null;
}

export interface DrawOptions {
  seed: string;
  sizePx: number;
  cacheFolder: string;
  /** At most this many, drawn by lot. */
  limit?: number;
  onProgress: (done: number, total: number) => void;
}

/** All artwork of a role's vendors, with noisy alt-text for the corpus and the plain label for the test. */
export async function drawRole(role: Extract<Role, "corpus" | "test">, options: DrawOptions): Promise<Drawing[]> {
  const concepts = loadConcepts();
  const icons = vendors
    .filter((vendor) => vendor.role === role)
    .flatMap((vendor) => matchIcons(vendor.package, concepts).map((icon) => ({ vendor, ...icon })));
  const chosen =
    options.limit === undefined || options.limit >= icons.length ? icons : drawLots(icons, options.limit, options.seed);
  const drawings: Drawing[] = [];
  for (let start = 0; start < chosen.length; start += drawnAtOnce) {
    const part = chosen.slice(start, start + drawnAtOnce);
    drawings.push(
      ...(await Promise.all(
        part.map(({ vendor, concept, svg }) => draw({ vendor, concept, svg }, { role, concepts, ...options })),
      )),
    );
    options.onProgress(drawings.length, chosen.length);
  }
  return drawings;
}

/** Every label there is, each once: what a zero-shot classification chooses among. */
export function listLabels(): string[] {
  return [...new Set(loadConcepts().map(({ label }) => label))].toSorted();
}

interface Icon {
  vendor: Vendor;
  concept: Concept;
  svg: string;
}

async function draw(
  { vendor, concept, svg }: Icon,
  options: DrawOptions & { role: Role; concepts: readonly Concept[] },
): Promise<Drawing> {
  const { label, tags, hexcode } = concept;
  const isTest = options.role === "test";
  const altText = isTest ? label : makeAltText(concept, options.concepts, `${options.seed}/${vendor.name}`).text;
  return {
    key: `${vendor.name}-${hexcode.toLowerCase()}`,
    png: await rasterise(svg, options.sizePx, options.cacheFolder),
    altText,
    label,
    tags,
    group: concept.group,
    falseLabel: isTest ? pickFalseLabel(concept, options) : null,
  };
}

function pickFalseLabel(
  { label, group, subgroup, hexcode }: Concept,
  { seed, concepts }: { seed: string; concepts: readonly Concept[] },
): string | null {
  const others = concepts.filter((other) => other.label !== label && other.group === group);
  const siblings = others.filter((other) => other.subgroup === subgroup);
  const pool = siblings.length > 0 ? siblings : others;
  return pool.length > 0 ? createRandom(`${seed}/false/${hexcode}`).pick(pool).label : null;
}

/** The same lot for the same seed, in the order of the list. */
function drawLots<T>(items: readonly T[], count: number, seed: string): T[] {
  const random = createRandom(`${seed}/lots`);
  const ranked = items.map((item, index) => ({ item, index, rank: random.next() })).toSorted((a, b) => a.rank - b.rank);
  return ranked
    .slice(0, count)
    .toSorted((a, b) => a.index - b.index)
    .map(({ item }) => item);
}

/** WebDataset archives: image, alt-text and the facts to score by, a thousand samples each. */
export async function writeArchives(drawings: readonly Drawing[], folder: string, name: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (let start = 0; start < drawings.length; start += archiveSamples) {
    const path = join(folder, `${name}-${String(paths.length).padStart(3, "0")}.tar`);
    await writeArchive(drawings.slice(start, start + archiveSamples), path);
    paths.push(path);
  }
  return paths;
}

async function writeArchive(drawings: readonly Drawing[], path: string): Promise<void> {
  const tar = createPack();
  const written = pipeline(tar, createWriteStream(path));
  for (const { key, png, altText, label, tags, group, falseLabel } of drawings) {
    const mtime = new Date(0);
    const facts = {
      label,
      group,
      tags: [...new Set([label, ...tags])],
      ...(falseLabel === null ? {} : { negative_caption: falseLabel }),
    };
    tar.entry({ name: `${key}.png`, mtime }, png);
    tar.entry({ name: `${key}.txt`, mtime }, altText);
    tar.entry({ name: `${key}.json`, mtime }, JSON.stringify(facts));
  }
  tar.finalize();
  await written;
}
