import type { Arm } from "./arms.ts";
import { meanWithInterval } from "./intervals.ts";
import type { Outcome, Point } from "./run-arm.ts";
import { columns } from "./table.ts";

export interface Measured {
  arm: Arm;
  /** In the order of seeds; those that were run. */
  seeds: Outcome[];
}

type Share = (point: Point) => number | null;

/** The candidate of the last iteration that was measured, whether or not it was let in. */
export const lastPoint = ({ points }: Outcome): Point | undefined => points.at(-1);
export const firstPoint = ({ points }: Outcome): Point | undefined => points[0];

export function valuesOf(seeds: readonly Outcome[], of: Share, at = lastPoint): number[] {
  return seeds.flatMap((outcome) => {
    const point = at(outcome);
    const value = point ? of(point) : null;
    return value === null ? [] : [value];
  });
}

/** One row an arm: the policy as it came, then what the last iteration made of it; mean and 95 % interval over seeds, in per cent. */
export function tabulate(measured: readonly Measured[]): string {
  const header = [
    "task / method / arm",
    "seeds",
    "base greedy",
    "greedy",
    "base sampled",
    "sampled",
    "pass@K",
    "duplicates",
  ];
  const rows = measured.map(({ arm, seeds }) => {
    const cell = (of: Share, at = lastPoint) => percentWithInterval(valuesOf(seeds, of, at));
    const cost = (of: (outcome: Outcome) => number) => seeds.reduce((sum, each) => sum + of(each), 0) / seeds.length;
    return [
      `${arm.bed} / ${arm.method} / ${arm.isBaseline ? arm.name : "itself"}`,
      String(seeds.length),
      percentWithInterval(
        valuesOf(seeds, ({ greedy }) => greedy, firstPoint),
        false,
      ),
      cell(({ greedy }) => greedy),
      percentWithInterval(
        valuesOf(seeds, ({ sampled }) => sampled, firstPoint),
        false,
      ),
      cell(({ sampled }) => sampled),
      cell(({ passAtK }) => passAtK),
      cell(({ duplicateRate }) => duplicateRate),
      cost(({ samples }) => samples).toFixed(0),
      cost(({ tokens }) => tokens).toFixed(0),
      cost(({ seconds }) => seconds).toFixed(0),
    ];
  });
  return columns([[...header, "texts", "tokens", "seconds"], ...rows]);
}

function percentWithInterval(values: readonly number[], withInterval = true): string {
  if (values.length === 0) return "-";
  const { mean, half } = meanWithInterval(values);
  return `${(100 * mean).toFixed(1)}${withInterval && half !== null ? ` ± ${(100 * half).toFixed(1)}` : ""}`;
}
