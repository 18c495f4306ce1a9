const bands = 4;
const bandBits = 16;
/** Two hashes this near agree in one of four 16-bit bands (pigeonhole), so only rows of equal bands are compared. */
const maxDistance = 3;
/** A band that more rows share than this says nothing; comparing them all would take for ever. */
const maxBandRows = 256;

/** How many look like each row, itself included, and the place of the first of them; null for a row like no other. */
export function countDuplicates(
  rows: readonly Hashed[],
  firstPlace: number,
): (row: number) => { duplicates: number; duplicateGroup: number | null } {
  const firsts = groupDuplicates(rows);
  const sizes = new Uint32Array(rows.length);
  for (const first of firsts) sizes[first] = (sizes[first] ?? 0) + 1;
  return (row) => {
    const first = firsts[row] ?? row;
    const duplicates = sizes[first] ?? 1;
    return { duplicates, duplicateGroup: duplicates > 1 ? firstPlace + first : null };
  };
}

interface Hashed {
  imageSha256: string;
  imagePhash: string | null;
}

/** For each row the first row of its group: images of the same bytes, or whose perceptual hashes differ in at most three bits. */
export function groupDuplicates(rows: readonly Hashed[]): Uint32Array {
  const firstOf = Uint32Array.from(rows, (_, row) => row);
  const find = (row: number): number => {
    let root = row;
    while ((firstOf[root] ?? root) !== root) root = firstOf[root] ?? root;
    firstOf[row] = root;
    return root;
  };
  const join = (a: number, b: number): void => {
    const [one, other] = [find(a), find(b)];
    firstOf[Math.max(one, other)] = Math.min(one, other);
  };

  joinEqual(rows, ({ imageSha256 }) => imageSha256, join);
  joinEqual(rows, ({ imagePhash }) => imagePhash, join);
  // Equal hashes are one by now; the rest is looked up once for each different hash.
  const distinct = [...new Map(rows.map(({ imagePhash }, row) => [imagePhash, row] as const))].filter(
    (entry): entry is [string, number] => entry[0] !== null,
  );
  const halves = distinct.map(([hash]) => toHalves(hash));
  for (let band = 0; band < bands; band += 1) joinBand({ band, distinct, halves, join });
  return firstOf.map((_, row) => find(row));
}

function joinEqual(
  rows: readonly Hashed[],
  keyOf: (row: Hashed) => string | null,
  join: (a: number, b: number) => void,
): void {
  const first = new Map<string, number>();
  for (const [row, hashed] of rows.entries()) {
    const key = keyOf(hashed);
    if (key === null) continue;
    const known = first.get(key);
    if (known === undefined) first.set(key, row);
    else join(known, row);
  }
}

function joinBand({
  band,
  distinct,
  halves,
  join,
}: {
  band: number;
  distinct: readonly [string, number][];
  halves: readonly (readonly [number, number])[];
  join(a: number, b: number): void;
}): void {
  const groups = Map.groupBy(halves.keys(), (place) => bandOf(halves[place] ?? [0, 0], band));
  for (const places of groups.values()) {
    if (places.length > maxBandRows) continue;
    for (const [i, a] of places.entries())
      for (const b of places.slice(i + 1)) {
        const [left, right] = [halves[a] ?? [0, 0], halves[b] ?? [0, 0]];
        if (popCount(left[0] ^ right[0]) + popCount(left[1] ^ right[1]) <= maxDistance)
          join(distinct[a]?.[1] ?? 0, distinct[b]?.[1] ?? 0);
      }
  }
}

const toHalves = (hash: string) => [Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8), 16)] as const;
const bandOf = ([upper, lower]: readonly [number, number], band: number): number =>
  ((band < 2 ? upper : lower) >>> (band % 2 === 0 ? bandBits : 0)) & (2 ** bandBits - 1);

function popCount(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
