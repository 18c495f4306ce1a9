import type { Selection, SelectionStep } from "@whetstone/schemas/api";
import { clausesOf, countRows, type Filter, intersect, type Mask } from "@whetstone/schemas/select";
import { AppError } from "../errors.ts";
import { maskOf, readFilter, sortable } from "./filter-rows.ts";
import type { VersionRows } from "./open-rows.ts";
import { sweep } from "./sweep-clause.ts";

export interface Selected {
  /** What is kept of each segment. */
  masks: Mask[];
  steps: SelectionStep[];
}

/** The rows a selection keeps, and what each of its steps does: the filter's clauses, reviews, duplicates, the best so many. */
export async function selectRows(rows: VersionRows, selection: Selection): Promise<Selected> {
  const filter = readFilter(selection.filter, rows.columns);
  const clauses = clausesOf(filter);
  const parts: Mask[][] = [];
  for (const clause of clauses) parts.push(await masksOf(rows, clause));
  const steps: SelectionStep[] = [];
  let masks = rows.segments.map(({ segment }) => new Uint8Array(segment.rowCount).fill(1) as Mask);
  for (const [i, clause] of clauses.entries()) {
    const others = allBut(rows, parts, i);
    const mine = parts[i] ?? [];
    masks = pairwise(masks, mine);
    steps.push({
      label: selection.filter.slice(clause.from, clause.to),
      alone: countAll(mine),
      survivors: countAll(masks),
      removedByItAlone: countAll(others) - countAll(pairwise(others, mine)),
      curve: await sweep(rows, clause, others),
    });
  }
  const later: [string, boolean, (before: Mask[]) => Promise<Mask[]>][] = [
    ["not rejected by reviewers", selection.reviews, async (before) => pairwise(before, await notRejected(rows))],
    ["one of each group of near-duplicates", selection.deduplicate, (before) => firstOfGroups(rows, before)],
    [labelOfTop(selection), selection.top !== undefined, (before) => topOf(rows, before, selection)],
  ];
  for (const [label, isAsked, keep] of later) {
    if (!isAsked) continue;
    const before = countAll(masks);
    const alone = countAll(await keep(rows.segments.map(({ segment }) => new Uint8Array(segment.rowCount).fill(1))));
    masks = await keep(masks);
    const survivors = countAll(masks);
    // A selection that reviews say nothing about shows no step for them.
    if (label === later[0]?.[0] && alone === rows.rowCount) continue;
    steps.push({ label, alone, survivors, removedByItAlone: before - survivors, curve: null });
  }
  return { masks, steps };
}

export const countAll = (masks: readonly Mask[]): number => masks.reduce((sum, mask) => sum + countRows(mask), 0);

async function masksOf(rows: VersionRows, clause: Filter): Promise<Mask[]> {
  const masks: Mask[] = [];
  for (const { segment } of rows.segments) masks.push(await maskOf(segment, clause));
  return masks;
}

const pairwise = (a: readonly Mask[], b: readonly Mask[]): Mask[] =>
  a.map((mask, i) => intersect([mask, b[i] ?? mask], mask.length));

function allBut(rows: VersionRows, parts: readonly Mask[][], left: number): Mask[] {
  const others = parts.filter((_, i) => i !== left);
  return rows.segments.map(({ segment }, i) =>
    intersect(
      others.flatMap((masks) => masks[i] ?? []),
      segment.rowCount,
    ),
  );
}

async function notRejected(rows: VersionRows): Promise<Mask[]> {
  const rejected = readFilter('review = "rejected"', rows.columns);
  const masks = rejected ? await masksOf(rows, rejected) : [];
  return masks.map((mask) => mask.map((is) => 1 - is));
}

/** Of near-duplicates that are left, the first. Groups are found among the rows of a segment. */
async function firstOfGroups(rows: VersionRows, before: readonly Mask[]): Promise<Mask[]> {
  const after: Mask[] = [];
  for (const [i, { segment }] of rows.segments.entries()) {
    const column = await segment.column("duplicateGroup");
    if (column.kind !== "number") throw new TypeError("duplicateGroup is a number");
    const seen = new Set<number>();
    after.push(
      (before[i] ?? new Uint8Array()).map((is, row) => {
        const group = column.values[row] ?? Number.NaN;
        if (is === 0 || Number.isNaN(group)) return is;
        if (seen.has(group)) return 0;
        seen.add(group);
        return 1;
      }),
    );
  }
  return after;
}

/** The best so many by a number: found by sorting the numbers alone, then kept by their limit; equals by their place, missing last. */
async function topOf(rows: VersionRows, before: readonly Mask[], { top }: Selection): Promise<Mask[]> {
  if (!top) return [...before];
  const sign = top.order === "desc" ? -1 : 1;
  const keys: Float64Array[] = [];
  for (const [i, { segment }] of rows.segments.entries()) {
    const column = await segment.column(sortable(rows, top.column));
    if (column.kind !== "number")
      throw new AppError("invalid_input", `${top.column} is no number; keep the first so many by a number`);
    const mask = before[i] ?? new Uint8Array();
    keys.push(Float64Array.from(column.values, (value, row) => keyOf(value * sign, mask[row] === 1)));
  }
  const sorted = concatenate(keys.map((part) => part.filter((key) => !Number.isNaN(key)))).toSorted();
  const limit = sorted[top.count - 1] ?? Infinity;
  let equals = top.count - lowerBound(sorted, limit);
  return keys.map((part) =>
    Uint8Array.from(part, (key) => {
      if (key < limit) return 1;
      if (key !== limit || equals <= 0) return 0;
      equals -= 1;
      return 1;
    }),
  );
}

/** NaN for a row that is out already; a missing value comes after all others. */
function keyOf(value: number, isIn: boolean): number {
  if (!isIn) return Number.NaN;
  return Number.isNaN(value) ? Infinity : value;
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** How many of the sorted numbers are less. */
function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const labelOfTop = ({ top }: Selection): string =>
  top ? `the ${top.order === "desc" ? "highest" : "lowest"} ${top.count} by ${top.column}` : "";
