import type { z } from "zod";
import { Chosen } from "./choose.ts";
import { flatRewardAlarms } from "../flat-rewards.ts";
import type { DoneStep, Reducer } from "../method.ts";
import { rankBy } from "../rows/best-of.ts";
import { groupByQuery, toLesson, type Row } from "../rows/rows.ts";
import { openVerdicts, tableOf } from "../verdicts.ts";
import { gridOf } from "./grid.ts";
import type { BStarParameters } from "./parameters.ts";

/** Texts rewarded above the threshold, each content once a query, at most as many of a query as it takes to have N. */
export const keep: Reducer<BStarParameters> = (tables, { parameters, done }) => {
  const { threshold } = settingsOf(parameters, done);
  const queries = [...groupByQuery(tableOf(tables, "draw")).values()];
  const drawn = queries.flat();
  const above = queries.map((rows) => rankBy(rows, ({ reward }) => reward).filter(({ reward }) => reward > threshold));
  const unique = above.map(firstOfContent);
  const cap = capFor(unique, parameters.samplesWanted);
  const kept = unique.flatMap((rows) => rows.slice(0, cap));

  const verdicts = openVerdicts(tables, "below_threshold");
  verdicts.mark("draw", above.flat(), "duplicate");
  verdicts.mark("draw", unique.flat(), "over_cap");
  verdicts.mark("draw", kept, "kept");
  return {
    verdicts: verdicts.of,
    training: kept.map(toLesson),
    summary: {
      drawn: drawn.length,
      kept: kept.length,
      correctKept: kept.filter(({ isCorrect }) => isCorrect).length,
      cap,
      alarms: flatRewardAlarms(drawn),
    },
  };
};

/** What was tuned this round, else what was given. */
export function settingsOf(parameters: BStarParameters, done: readonly DoneStep[]): z.infer<typeof Chosen> {
  const tuned = done.find(({ step }) => step.name === "choose");
  return tuned ? Chosen.parse(tuned.summary) : parameters;
}

/** Rows come best first, so a content keeps its best text. */
function firstOfContent(rows: readonly Row[]): Row[] {
  const seen = new Set<string>();
  return rows.filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** The repo's rule: one of each query, then two ... until there are as many as wanted. */
function capFor(queries: readonly (readonly Row[])[], wanted: number): number {
  const most = Math.max(1, ...queries.map(({ length }) => length));
  const total = (cap: number) => queries.reduce((sum, { length }) => sum + Math.min(length, cap), 0);
  return gridOf({ low: 1, high: most, step: 1 }).find((cap) => total(cap) >= wanted) ?? most;
}
