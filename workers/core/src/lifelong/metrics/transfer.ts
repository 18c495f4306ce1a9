import { isCompat } from "../options.ts";
import { unique } from "../regimes.ts";
import { countedRegimes, regimesOf, type Board } from "./board.ts";

export const transferKinds = [
  "forward_transfer_ratio",
  "backward_transfer_ratio",
  "forward_transfer_contrast",
  "backward_transfer_contrast",
] as const;
export type TransferKind = (typeof transferKinds)[number];

/** What training `source` did to the tested `target`, between two evaluations in a row. */
export interface TransferValue {
  source: string;
  target: string;
  value: number;
  /** Test regimes before and after. */
  before: number;
  after: number;
  /** Other tasks were trained between the two evaluations as well. */
  isShared: boolean;
}

export type Transfers = Partial<Record<TransferKind, TransferValue[]>>;

/**
 * Forward transfer (source trained before the target's first training) and backward transfer (after it): the target's terminal
 * performance in the evaluation after the source's training regime against that before it, as ratio or as contrast.
 *
 * The reference program has one slot for an evaluation, so of several tasks trained between two evaluations only the last one's
 * value stays; corrected, all stay, marked as shared. A kind with no value at all is absent.
 */
export function measureTransfer(board: Board): Transfers {
  const lines = countedRegimes(board.lines);
  const tasks = unique(lines.map(({ task }) => task));
  const trained = new Map(tasks.map((task) => [task, regimesOf(lines, task, "train")]));
  const tested = new Map(tasks.map((task) => [task, regimesOf(lines, task, "test")]));
  const found: Transfers = {};
  const guard = createGuard(board);
  const levelOf = createLevels(board);
  for (const source of tasks) {
    for (const target of tasks) {
      if (target === source) continue;
      const first = trained.get(target)?.[0] ?? Number.POSITIVE_INFINITY;
      for (const regime of trained.get(source) ?? []) {
        const pair = around(tested.get(target) ?? [], regime);
        if (!pair) continue;
        const [before, after] = pair;
        const direction = regime < first ? "forward" : "backward";
        for (const [kind, value] of guard(levelOf(before), levelOf(after), target))
          (found[`${direction}_transfer_${kind}`] ??= []).push({
            source,
            target,
            value,
            before,
            after,
            isShared: false,
          });
      }
    }
  }
  for (const kind of transferKinds) {
    const values = found[kind];
    if (values) found[kind] = isCompat(board.options) ? keepLast(values, board) : markShared(values, board);
  }
  warnOfAbsent(found, board);
  return found;
}

/** The evaluations right before and right after a regime. */
function around(tested: readonly number[], regime: number): [before: number, after: number] | undefined {
  const next = tested.findIndex((test) => test > regime);
  return next > 0 ? [tested[next - 1] as number, tested[next] as number] : undefined;
}

/** The reference program looks a regime's line up by number and then takes the value in that line's place. */
function createLevels({ lines, stats }: Board): (regime: number) => number {
  const places = new Map<number, number>();
  for (const [at, { regime }] of lines.entries()) if (!places.has(regime)) places.set(regime, at);
  return (regime) => stats.terminal[places.get(regime) ?? -1] ?? Number.NaN;
}

/** Values in order of evaluation; of several for one evaluation, the last. */
function keepLast(values: readonly TransferValue[], { lines }: Board): TransferValue[] {
  const slots = new Map(
    values.map((value) => [value.after, { ...value, target: lines[value.after]?.task ?? value.target }]),
  );
  return [...slots.values()].toSorted((a, b) => a.after - b.after);
}

function markShared(values: readonly TransferValue[], { regimes }: Board): TransferValue[] {
  return values
    .map((value) => {
      const between = regimes.slice(value.before + 1, value.after).filter(({ blockType }) => blockType === "train");
      return { ...value, isShared: new Set(between.map(({ task }) => task)).size > 1 };
    })
    .toSorted((a, b) => a.after - b.after || a.source.localeCompare(b.source));
}

/** Which of ratio and contrast are wanted and make sense for two levels. */
function createGuard({ options, warn }: Board) {
  const wantsRatio = options.transferMethod !== "contrast";
  const wantsContrast = options.transferMethod !== "ratio";
  const warned = new Set<string>();
  return (before: number, after: number, target: string): [kind: "ratio" | "contrast", value: number][] => {
    // With negative levels the quotient changes its sign and says nothing.
    if (!isCompat(options) && (before < 0 || after < 0)) {
      if (!warned.has(target))
        warn(`transfer to ${target} is left out where its performance is negative; normalise the data`);
      warned.add(target);
      return [];
    }
    const values: [kind: "ratio" | "contrast", value: number][] = [];
    if (wantsRatio && before !== 0) values.push(["ratio", after / before]);
    if (wantsContrast && after + before !== 0) values.push(["contrast", (after - before) / (before + after)]);
    return values;
  };
}

function warnOfAbsent(found: Transfers, { warn }: Board): void {
  for (const direction of ["forward", "backward"] as const)
    if (!found[`${direction}_transfer_ratio`] && !found[`${direction}_transfer_contrast`])
      warn(`${direction} transfer needs a task evaluated right before and right after another one is trained`);
}
