import { concat } from "./curve.ts";
import { LifelongError } from "./error.ts";
import type { Expert } from "./expert.ts";
import { quantile } from "./arithmetic/quantile.ts";
import { isCompat, type LifelongOptions } from "./options.ts";
import type { BlockLine, Regime } from "./regimes.ts";
import { smooth, type Smoothing } from "./smooth.ts";

export interface Range {
  min: number;
  max: number;
}

/** A lifetime on its way to being measured. `values` change from step to step, in place. */
export interface Subject {
  regimes: Regime[];
  lines: BlockLine[];
  /** In the order of all output. */
  tasks: string[];
  values: Float64Array;
  /** Own copies for each task. */
  experts: Map<string, Expert[]>;
  warn: (message: string) => void;
}

const outlierShare = 0.1;
const scale = 100;
/** Keeps ratios of starting levels finite. */
const offset = 1;
/** A spread below this share of the values is rounding, not learning. */
const constantShare = 1e-12;

/** Step 1: smooths each training regime by itself, tested ones on demand, and every regime of the experts. */
export function smoothSubject(subject: Subject, options: LifelongOptions): void {
  const smoothing = toSmoothing(options);
  if (!smoothing) return;
  for (const { number, start, end, blockType } of subject.regimes) {
    const type = isCompat(options) ? (subject.lines[number]?.blockType ?? blockType) : blockType;
    if (type === "train" || options.smoothEvalData)
      subject.values.set(smooth(subject.values.subarray(start, end), smoothing), start);
  }
  for (const expert of [...subject.experts.values()].flat())
    for (const { start, end } of expert.regimes)
      expert.values.set(smooth(expert.values.subarray(start, end), smoothing), start);
}

/** How curves are smoothed, or undefined for not at all. */
export function toSmoothing(options: LifelongOptions): Smoothing | undefined {
  if (options.smoothingMethod === "none") return undefined;
  return {
    window: options.smoothingMethod,
    width: options.windowLength ?? undefined,
    isCentred: !isCompat(options),
  };
}

/** Step 2: clips each task's values, its experts' too, to the given range or to the 10 % and 90 % quantiles. */
export function clampSubject(subject: Subject, ranges: Record<string, Range> | null): void {
  for (const task of subject.tasks) {
    const experts = subject.experts.get(task) ?? [];
    const known = ranges ? getRange(ranges, task) : undefined;
    const { min, max } = known ?? toQuantiles(concat([gather(subject, task), ...experts.map(trainValues)]));
    const clip = (values: Float64Array, i: number): void => {
      values[i] = Math.min(Math.max(values[i] as number, min), max);
    };
    eachRow(subject, task, (i) => clip(subject.values, i));
    for (const { values, rowTasks } of experts)
      for (let i = 0; i < values.length; i++) if (rowTasks[i] === task) clip(values, i);
  }
}

/** Step 3: brings values to 1..101, each task by its own range or all by one. Returns the ranges it went by. */
export function normalizeSubject(
  subject: Subject,
  ranges: Record<string, Range> | null,
  options: LifelongOptions,
): Record<string, Range> {
  const known = ranges ?? findRanges(subject);
  const bounds = Object.values(known);
  const whole = {
    min: bounds.reduce((least, { min }) => Math.min(least, min), Number.POSITIVE_INFINITY),
    max: bounds.reduce((most, { max }) => Math.max(most, max), Number.NEGATIVE_INFINITY),
  };
  const isRun = options.normalizationMethod === "run";
  for (const task of subject.tasks) {
    const own = getRange(known, task);
    const toScale = createScale(isRun ? whole : own, options);
    if (toScale.isConstant) subject.warn(`the performance of ${isRun ? "the run" : task} is constant and becomes 1`);
    eachRow(subject, task, (i) => {
      subject.values[i] = toScale(subject.values[i] as number);
    });
  }
  for (const expert of [...subject.experts.values()].flat()) normalizeExpert(expert, isRun ? whole : known, options);
  return known;
}

function normalizeExpert(expert: Expert, ranges: Range | Record<string, Range>, options: LifelongOptions): void {
  const whole = isRange(ranges) ? createScale(ranges, options) : undefined;
  const scales = new Map<string, ReturnType<typeof createScale>>();
  for (const [i, task] of expert.rowTasks.entries()) {
    let toScale = whole ?? scales.get(task);
    if (!toScale && !isRange(ranges)) {
      const range = Object.hasOwn(ranges, task) ? ranges[task] : undefined;
      // Only training rows count; what else the expert was tested on needs no range.
      if (!range && !isCompat(options)) continue;
      if (!range)
        throw new LifelongError(
          `expert ${expert.name} also evaluates ${task}, which the lifetime lacks; l2metrics stops here, run without --compat`,
        );
      toScale = createScale(range, options);
      scales.set(task, toScale);
    }
    if (toScale) expert.values[i] = toScale(expert.values[i] as number);
  }
}

function createScale({ min, max }: Range, options: LifelongOptions) {
  const spread = max - min;
  const isRun = options.normalizationMethod === "run";
  const isConstant = isCompat(options)
    ? spread === 0 && !isRun
    : spread <= constantShare * Math.max(Math.abs(min), Math.abs(max));
  const toScale = isConstant ? () => offset : (value: number) => ((value - min) / spread) * scale + offset;
  return Object.assign(toScale, { isConstant });
}

function isRange(value: Range | Record<string, Range>): value is Range {
  return typeof value["min"] === "number";
}

function findRanges(subject: Subject): Record<string, Range> {
  const ranges: Record<string, Range> = {};
  for (const task of subject.tasks) {
    const range = { min: Number.NaN, max: Number.NaN };
    for (const { task: own, start, end } of subject.regimes)
      if (own === task) extend(range, subject.values.subarray(start, end));
    for (const expert of subject.experts.get(task) ?? []) extend(range, trainValues(expert));
    ranges[task] = range;
  }
  return ranges;
}

function extend(range: Range, values: Float64Array): void {
  let { min, max } = range;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!(value >= min)) min = value;
    if (!(value <= max)) max = value;
  }
  range.min = min;
  range.max = max;
}

function getRange(ranges: Record<string, Range>, task: string): Range {
  const range = Object.hasOwn(ranges, task) ? ranges[task] : undefined;
  if (!range) throw new LifelongError(`the data range names no task ${task}; it must name every task of the log`);
  return range;
}

function toQuantiles(values: Float64Array): Range {
  const sorted = values.toSorted();
  return { min: quantile(sorted, outlierShare), max: quantile(sorted, 1 - outlierShare) };
}

export function trainValues({ values, isTrain }: Expert): Float64Array {
  return values.filter((_, i) => isTrain[i] === 1);
}

function gather(subject: Subject, task: string): Float64Array {
  return concat(
    subject.regimes
      .filter((regime) => regime.task === task)
      .map(({ start, end }) => subject.values.subarray(start, end)),
  );
}

function eachRow({ regimes }: Subject, task: string, visit: (row: number) => void): void {
  for (const regime of regimes) if (regime.task === task) for (let i = regime.start; i < regime.end; i++) visit(i);
}
