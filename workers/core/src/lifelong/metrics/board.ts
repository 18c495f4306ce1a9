import type { Curve } from "../curve.ts";
import type { Expert } from "../expert.ts";
import type { LifelongOptions } from "../options.ts";
import type { BlockLine, Regime } from "../regimes.ts";

/** What all metrics read: a preprocessed lifetime. */
export interface Board {
  options: LifelongOptions;
  regimes: readonly Regime[];
  lines: readonly BlockLine[];
  tasks: readonly string[];
  curve: Curve;
  experts: ReadonlyMap<string, readonly Expert[]>;
  /** By regime. */
  stats: RegimeStats;
  warn: (message: string) => void;
}

export interface RegimeStats {
  saturation: Float64Array;
  expToSaturation: Float64Array;
  terminal: Float64Array;
  expToTerminal: Float64Array;
  average: Float64Array;
}

/** Test regimes of a log that has sleep regimes count only when they are asleep themselves. */
export function countedRegimes<Each extends Pick<Regime, "blockType" | "subtype">>(regimes: readonly Each[]): Each[] {
  const hasSleep = regimes.some(({ subtype }) => subtype === "sleep");
  return regimes.filter(({ blockType, subtype }) => !hasSleep || blockType !== "test" || subtype !== "wake");
}

/** Numbers of the regimes of a task and type, in order; one that takes several lines comes several times. */
export function regimesOf(lines: readonly BlockLine[], task: string, blockType: "train" | "test"): number[] {
  return lines.filter((line) => line.task === task && line.blockType === blockType).map(({ regime }) => regime);
}

/** Regimes in which the task was trained awake, each once. */
export function wakeTraining({ regimes }: Pick<Board, "regimes">, task: string): Regime[] {
  return regimes.filter((each) => each.task === task && each.blockType === "train" && each.subtype === "wake");
}
