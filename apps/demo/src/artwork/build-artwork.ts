import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { loadConcepts, type Concept } from "./concepts.ts";
import { matchIcons } from "./match-icons.ts";
import { makeAltText } from "./noise.ts";
import { rasterise } from "./rasterise.ts";
import { vendors, type Vendor } from "./vendors.ts";

const atOnce = 8;

/**
 * Writes `<out>/<vendor>/<hexcode>.png` and `<out>/<vendor>.jsonl` (label, tags, group, alt-texts) for every vendor:
 * `node apps/demo/src/artwork/build-artwork.ts --out .cache/artwork --seed recipe --alts 16`.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      size: { type: "string", default: "64" },
      seed: { type: "string", default: "recipe" },
      alts: { type: "string", default: "16" },
      vendor: { type: "string", multiple: true },
    },
  });
  if (!values.out) throw new Error("name the output folder: --out <folder>");
  const concepts = loadConcepts();
  const chosen = vendors.filter(({ name }) => !values.vendor || values.vendor.includes(name));
  const options = { out: values.out, sizePx: Number(values.size), seed: values.seed, altCount: Number(values.alts) };
  for (const vendor of chosen) {
    const count = await buildVendor(vendor, concepts, options);
    process.stdout.write(`${vendor.name}: ${count} images\n`);
  }
}

type BuildOptions = { out: string; sizePx: number; seed: string; altCount: number };

async function buildVendor(vendor: Vendor, concepts: readonly Concept[], options: BuildOptions): Promise<number> {
  const icons = matchIcons(vendor.package, concepts);
  const folder = join(options.out, vendor.name);
  await mkdir(folder, { recursive: true });

  for (let start = 0; start < icons.length; start += atOnce) {
    await Promise.all(
      icons.slice(start, start + atOnce).map(async ({ concept, svg }) => {
        const png = await rasterise(svg, options.sizePx, join(options.out, "cache"));
        await writeFile(join(folder, `${concept.hexcode}.png`), png);
      }),
    );
  }
  const rows = icons.map(({ concept }) => JSON.stringify(toRow(vendor, concept, { concepts, ...options })));
  await writeFile(join(options.out, `${vendor.name}.jsonl`), `${rows.join("\n")}\n`);
  return icons.length;
}

function toRow(vendor: Vendor, concept: Concept, options: BuildOptions & { concepts: readonly Concept[] }) {
  const { foreign: _, ...words } = concept;
  const seeds = Array.from({ length: options.altCount }, (_value, index) => `${options.seed}/${vendor.name}/${index}`);
  const alts = seeds.map((seed) => makeAltText(concept, options.concepts, seed));
  return { file: `${vendor.name}/${concept.hexcode}.png`, vendor: vendor.name, role: vendor.role, ...words, alts };
}

await main();
