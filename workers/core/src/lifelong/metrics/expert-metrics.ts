import { nanSum } from "../arithmetic/sums.ts";
import { join, perExperience, slopeSign, type Curve } from "../curve.ts";
import { trainValues } from "../preprocess.ts";
import type { Expert } from "../expert.ts";
import { wakeTraining, type Board } from "./board.ts";
import { findSaturation, type Saturation } from "./regime-stats.ts";

/** Relative performance of a task: its first experiences against as many of each expert run's. > 1: better than the expert. */
export function measureRelativePerformance(board: Board, task: string): number[] | undefined {
  const { values } = trainingCurve(board, task);
  const curves = expertCurves(board, task);
  if (values.length === 0) return undefined;
  if (curves.length === 0) {
    board.warn(`${task} has no expert run, so no relative performance and no sample efficiency`);
    return undefined;
  }
  return curves.map((expert) => {
    const count = Math.min(values.length, expert.values.length);
    return nanSum(values, count) / nanSum(expert.values, count);
  });
}

export interface SampleEfficiency {
  task: Saturation;
  experts: Saturation[];
  /** Saturation over the expert's. */
  levelRatios: number[];
  /** Expert's experiences to saturation over the task's. */
  expRatios: number[];
  /** Their product, 0 where the curve violates the assumptions: saturation below a fifth of the expert's, or a falling trend. */
  values: number[];
}

const leastShareOfExpert = 0.2;

/** Sample efficiency of a task against its expert runs. Undefined without experts or when it is at its best from the start. */
export function measureSampleEfficiency(board: Board, task: string): SampleEfficiency | undefined {
  const { options, warn } = board;
  const curve = trainingCurve(board, task);
  const experts = expertCurves(board, task);
  if (curve.values.length === 0 || experts.length === 0) return undefined;
  const saturate = (each: Curve, isMean: boolean): Saturation =>
    findSaturation(isMean ? each.values : perExperience(each), { options, isSmoothed: true });
  const own = saturate(curve, false);
  if (own.exp === 0) {
    warn(`sample efficiency of ${task}: its performance is best at the very start, so there is no time to saturation`);
    return undefined;
  }
  const result: SampleEfficiency = { task: own, experts: [], levelRatios: [], expRatios: [], values: [] };
  const isFalling = slopeSign(curve) < 0;
  for (const expert of experts) {
    const theirs = saturate(expert, options.steAveragingMethod === "time");
    if (theirs.exp === 0) {
      warn(`sample efficiency of ${task}: an expert run is best at its very start and is left out`);
      if (options.steAveragingMethod === "time") return undefined;
      continue;
    }
    const isOdd = own.level < theirs.level * leastShareOfExpert || isFalling;
    if (isOdd)
      warn(
        `sample efficiency of ${task} is 0: its performance falls over its training or stays far below the expert's`,
      );
    const levelRatio = own.level / theirs.level;
    const expRatio = theirs.exp / own.exp;
    result.experts.push(theirs);
    result.levelRatios.push(levelRatio);
    result.expRatios.push(expRatio);
    result.values.push(isOdd ? 0 : levelRatio * expRatio);
  }
  return result;
}

/** A task's wake training regimes, one after the other. */
export function trainingCurve(board: Board, task: string): Curve {
  return join(board.curve, wakeTraining(board, task));
}

/** Training rows of each expert run or, with `time` averaging, their pointwise mean over the length of the shortest. */
export function expertCurves({ experts, options }: Board, task: string): Curve[] {
  const curves = (experts.get(task) ?? []).map(toTrainingCurve);
  if (options.steAveragingMethod === "metrics" || curves.length === 0) return curves;
  const length = Math.min(...curves.map(({ values }) => values.length));
  const values = new Float64Array(length);
  for (const curve of curves)
    for (let i = 0; i < length; i++) values[i] = (values[i] as number) + (curve.values[i] as number);
  return [
    { expNum: (curves[0] as Curve).expNum.subarray(0, length), values: values.map((value) => value / curves.length) },
  ];
}

function toTrainingCurve(expert: Expert): Curve {
  return { expNum: expert.expNum.filter((_, i) => expert.isTrain[i] === 1), values: trainValues(expert) };
}

/** Whether a task was trained at experience 0 alone; its trend can't be told, and the reference program then gives up for all tasks. */
export function hasUntellableTrend(board: Board): boolean {
  return board.tasks.some((task) => {
    const { expNum } = trainingCurve(board, task);
    return expNum.length > 0 && expNum.every((exp) => exp === 0);
  });
}
