import type { BaseRow } from "@whetstone/schemas/tasks";

type Hashed = Pick<BaseRow, "uid" | "imageSha256" | "imagePhash">;

export interface Seen {
  /** Place of the test sample. */
  row: number;
  seenUid: string;
  /** Bits that differ; 0 for the same bytes and for hashes that agree. */
  distance: number;
  isExact: boolean;
}
export interface SeenSearch {
  seen: Seen[];
  seenSampleCount: number;
  hashlessCount: number;
}

/** Hashes of unlike photographs differ in about half of the 64 bits; up to six are a crop of a pixel, another size or compression. */
export const maxDistance = 6;

const bands = 4;
const bandBits = 16;
const bandSize = 2 ** bandBits;

/**
 * Which test samples are among those a model has seen: the same bytes, or a perceptual hash at most `maxDistance` bits away. Memory grows with the
 * test samples only; the seen ones stream by. Two hashes that differ in at most 7 bits agree in one of four 16-bit bands but for one bit
 * (pigeonhole), so each seen sample looks into 68 short lists instead of comparing itself with every test sample.
 */
export async function findSeen(tests: readonly Hashed[], seenRows: AsyncIterable<Hashed>): Promise<SeenSearch> {
  const rowsOf = new Map<string, number[]>();
  tests.forEach(({ imageSha256 }, row) => rowsOf.set(imageSha256, [...(rowsOf.get(imageSha256) ?? []), row]));
  const index = buildIndex(tests);
  const best = new Map<number, Seen>();
  let seenSampleCount = 0;
  let hashlessCount = tests.filter(({ imagePhash }) => imagePhash === null).length;

  const note = (found: Seen): void => {
    const known = best.get(found.row);
    if (!known || (!known.isExact && (found.isExact || found.distance < known.distance))) best.set(found.row, found);
  };
  for await (const { uid, imageSha256, imagePhash } of seenRows) {
    seenSampleCount += 1;
    for (const row of rowsOf.get(imageSha256) ?? []) note({ row, seenUid: uid, distance: 0, isExact: true });
    if (imagePhash === null) hashlessCount += 1;
    else index.lookUp(imagePhash, (row, distance) => note({ row, seenUid: uid, distance, isExact: false }));
  }
  const seen = [...best.values()].toSorted((a, b) => a.row - b.row);
  return { seen, seenSampleCount, hashlessCount };
}

function buildIndex(tests: readonly Hashed[]) {
  const high = new Uint32Array(tests.length);
  const lowHalf = new Uint32Array(tests.length);
  const rows: number[] = [];
  tests.forEach(({ imagePhash }, row) => {
    if (imagePhash === null) return;
    [high[row], lowHalf[row]] = toHalves(imagePhash);
    rows.push(row);
  });
  const lists = Array.from({ length: bands }, (_, band) =>
    groupByBand(rows, (row) => bandOf([high[row] ?? 0, lowHalf[row] ?? 0], band)),
  );

  return {
    /** Tells each test sample within reach; one that shares several bands is told as often. */
    lookUp(hash: string, found: (row: number, distance: number) => void): void {
      const halves = toHalves(hash);
      lists.forEach(({ starts, items }, band) => {
        const key = bandOf(halves, band);
        for (let probe = -1; probe < bandBits; probe += 1) {
          const near = probe < 0 ? key : key ^ (1 << probe);
          for (let i = starts[near] ?? 0; i < (starts[near + 1] ?? 0); i += 1) {
            const row = items[i] ?? 0;
            const distance = popCount((high[row] ?? 0) ^ halves[0]) + popCount((lowHalf[row] ?? 0) ^ halves[1]);
            if (distance <= maxDistance) found(row, distance);
          }
        }
      });
    },
  };
}

/** Rows by the value of a band, counted and laid out in one array. */
function groupByBand(rows: readonly number[], keyOf: (row: number) => number) {
  const starts = new Uint32Array(bandSize + 1);
  for (const row of rows) {
    const key = keyOf(row) + 1;
    starts[key] = (starts[key] ?? 0) + 1;
  }
  for (let key = 1; key <= bandSize; key += 1) starts[key] = (starts[key] ?? 0) + (starts[key - 1] ?? 0);
  const next = starts.slice();
  const items = new Uint32Array(rows.length);
  for (const row of rows) {
    const key = keyOf(row);
    const place = next[key] ?? 0;
    items[place] = row;
    next[key] = place + 1;
  }
  return { starts, items };
}

type Halves = [number, number];
const toHalves = (hash: string): Halves => [Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8), 16)];
const bandOf = ([upper, lower]: Halves, band: number): number =>
  ((band < 2 ? upper : lower) >>> (band % 2 === 0 ? bandBits : 0)) & (bandSize - 1);

function popCount(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
