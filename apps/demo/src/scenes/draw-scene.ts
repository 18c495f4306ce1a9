import sharp from "sharp";
import { loadConcepts } from "../artwork/concepts.ts";
import { matchIcons } from "../artwork/match-icons.ts";
import { rasterise } from "../artwork/rasterise.ts";
import { vendors } from "../artwork/vendors.ts";
import { cast } from "./cast.ts";
import { type Scene, side, type Split, type Thing } from "./scene.ts";

export interface Artwork {
  cellPx: number;
  /** RGB of a drawing at a size, by vendor and name. */
  pixels: ReadonlyMap<string, Uint8Array>;
}

/** Split `vendor` is drawn by one that no other split has; its artwork is share-alike and trains nothing. */
const drawnBy = { seen: ["twemoji", "fluent-emoji-flat"], vendor: ["emojione-v1"] } as const;
const shares = { small: 0.5, large: 0.8 } as const;
const cards: Record<string, readonly [number, number, number]> = {
  red: [214, 48, 49],
  blue: [41, 98, 255],
  green: [0, 148, 68],
  gold: [255, 193, 7],
};

/** Every drawing that scenes are made of, in both sizes. */
export async function loadArtwork(options: { cellPx: number; cacheFolder: string }): Promise<Artwork> {
  const labels = new Set(cast.map(({ label }) => label));
  const concepts = loadConcepts().filter(({ label }) => labels.has(label));
  const pixels = new Map<string, Uint8Array>();
  for (const name of [...drawnBy.seen, ...drawnBy.vendor]) {
    const vendor = vendors.find((each) => each.name === name);
    const svgs = new Map(matchIcons(vendor?.package ?? name, concepts).map(({ concept, svg }) => [concept.label, svg]));
    for (const role of cast) {
      const svg = svgs.get(role.label);
      if (svg === undefined) throw new Error(`${name} has no drawing of ${role.label}`);
      for (const [size, share] of Object.entries(shares)) {
        const png = await rasterise(svg, sizeOf(share, options.cellPx), options.cacheFolder);
        pixels.set(`${name} ${role.name} ${size}`, await sharp(png).removeAlpha().raw().toBuffer());
      }
    }
  }
  return { cellPx: options.cellPx, pixels };
}

/** Vendors that may draw a split's scenes. */
export function vendorsOf(split: Split): readonly string[] {
  return split === "vendor" ? drawnBy.vendor : drawnBy.seen;
}

/** A grid of cards on grey, each with its drawing in the middle, as PNG. */
export async function drawScene(scene: Scene, vendor: string, { cellPx, pixels }: Artwork): Promise<Uint8Array> {
  const widthPx = side * cellPx;
  const canvas = Buffer.alloc(widthPx * widthPx * 3, 236);
  for (const thing of scene.things) {
    const drawing = pixels.get(`${vendor} ${thing.name} ${thing.size}`);
    if (!drawing) throw new Error(`no drawing of ${thing.name} by ${vendor}`);
    const drawingPx = Math.sqrt(drawing.length / 3);
    const marginPx = Math.floor((cellPx - drawingPx) / 2);
    for (const at of squareOf(thing, { cellPx, marginPx: 1, sizePx: cellPx - 2 }))
      canvas.set(cards[thing.color] ?? [], 3 * at);
    squareOf(thing, { cellPx, marginPx, sizePx: drawingPx }).forEach((at, i) => {
      canvas.set(drawing.subarray(3 * i, 3 * i + 3), 3 * at);
    });
  }
  const raw = { width: widthPx, height: widthPx, channels: 3 } as const;
  return sharp(canvas, { raw }).png({ compressionLevel: 9 }).toBuffer();
}

/** Pixels of a square in a thing's cell, line by line. */
function squareOf(
  { row, column }: Thing,
  { cellPx, marginPx, sizePx }: { cellPx: number; marginPx: number; sizePx: number },
): number[] {
  const [top, left] = [(row - 1) * cellPx + marginPx, (column - 1) * cellPx + marginPx];
  return Array.from(
    { length: sizePx * sizePx },
    (_, i) => (top + Math.floor(i / sizePx)) * side * cellPx + left + (i % sizePx),
  );
}

const sizeOf = (share: number, cellPx: number): number => Math.round(share * cellPx);
