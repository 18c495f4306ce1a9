export type Random = {
  readonly next: () => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
};

/** A small seeded generator (FNV-1a into mulberry32): the same text gives the same draws on every machine. */
export function createRandom(seed: string): Random {
  let state = 2166136261;
  for (const byte of new TextEncoder().encode(seed)) state = Math.imul(state ^ byte, 16777619);

  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return { next, chance: (share) => next() < share, pick: (items) => pickAt(items, next()) };
}

function pickAt<T>(items: readonly T[], position: number): T {
  const item = items[Math.floor(position * items.length)];
  if (item === undefined) throw new RangeError("cannot pick from an empty list");
  return item;
}
