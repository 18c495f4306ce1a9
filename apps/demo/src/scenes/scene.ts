import type { Random } from "../artwork/random.ts";
import { cast, kinds } from "./cast.ts";
import { createRandom } from "../artwork/random.ts";

export const attributes = ["name", "kind", "color", "size"] as const;
export type Attribute = (typeof attributes)[number];
export const colors = ["red", "blue", "green", "gold"] as const;
const sizes = ["small", "large"] as const;
export const side = 3;

/** One drawing on its card; rows and columns count from 1. */
export type Thing = Record<Attribute, string> & { row: number; column: number };
export interface Scene {
  things: Thing[];
}

export const splits = ["start", "train", "held-out", "vendor", "concept", "composition", "old"] as const;
export type Split = (typeof splits)[number];

/** Kinds on cards of some colours are kept for split `composition`; the choice is the same for every seed. */
export function isHeldOutPair(kind: string, color: string): boolean {
  return heldOutPairs.has(`${kind} ${color}`);
}

const heldOutPairs = new Set(kinds.map((kind) => `${kind} ${createRandom(`composition/${kind}`).pick(colors)}`));

/** Three to six things of different names, each in a cell of its own, in reading order. */
export function composeScene(split: Split, random: Random): Scene {
  const pool = cast.filter(({ isHeldOut }) => split === "concept" || !isHeldOut);
  const count = 3 + Math.floor(random.next() * 4);
  for (;;) {
    const roles = draw(pool, count, random);
    const cells = draw(
      Array.from({ length: side * side }, (_, cell) => cell),
      count,
      random,
    ).toSorted((a, b) => a - b);
    const things = roles.map(({ name, kind }, i) => {
      const cell = cells[i] ?? 0;
      const [row, column] = [Math.floor(cell / side) + 1, (cell % side) + 1];
      return { name, kind, color: random.pick(colors), size: random.pick(sizes), row, column };
    });
    if (isOfSplit(split, things)) return { things };
  }
}

/** A split holds nothing that is kept for another, and something that is kept for itself. */
function isOfSplit(split: Split, things: readonly Thing[]): boolean {
  const pairs = things.filter(({ kind, color }) => isHeldOutPair(kind, color)).length;
  if (split === "composition") return pairs > 0;
  const isNew = things.some(({ name }) => cast.some((role) => role.name === name && role.isHeldOut));
  return pairs === 0 && isNew === (split === "concept");
}

function draw<T>(items: readonly T[], count: number, random: Random): T[] {
  const ranked = items.map((item) => ({ item, rank: random.next() })).toSorted((a, b) => a.rank - b.rank);
  return ranked.slice(0, count).map(({ item }) => item);
}
