import type { TrainingRow } from "@whetstone/schemas/tasks";
import { createRandom } from "../../statistics/create-random.ts";
import { flatRewardAlarms } from "../flat-rewards.ts";
import type { Reducer } from "../method.ts";
import { bestOf, rankBy } from "../rows/best-of.ts";
import { greedyRows, groupByQuery, toLesson } from "../rows/rows.ts";
import { openVerdicts, tableOf } from "../verdicts.ts";
import type { HqClipCycleParameters } from "./parameters.ts";

type CycleReducer = Reducer<HqClipCycleParameters>;

/** The refiner's next lessons: of the images whose best refinement fits them best, that refinement. */
const select: CycleReducer = (tables, { parameters: { minMargin, keptShare } }) => {
  const verdicts = openVerdicts(tables, "not_best");
  const groups = [...groupByQuery(tableOf(tables, "draw")).values()];
  const drawn = groups.flat();
  const winners = groups.flatMap(
    (rows) =>
      bestOf(
        rows.filter(({ answer }) => answer !== null),
        ({ reward }) => reward,
      ) ?? [],
  );
  const above = winners.filter(({ reward }) => reward > minMargin);
  const kept = rankBy(above, ({ reward }) => reward).slice(0, Math.ceil(keptShare * groups.length));
  verdicts.mark(
    "draw",
    drawn.filter(({ answer }) => answer === null),
    "unparsed",
  );
  verdicts.mark("draw", winners, "below_threshold");
  verdicts.mark("draw", above, "over_cap");
  verdicts.mark("draw", kept, "kept");
  return {
    verdicts: verdicts.of,
    training: kept.map(toLesson),
    summary: {
      drawn: drawn.length,
      kept: kept.length,
      decisions: {
        meanKeptMargin: kept.length === 0 ? null : kept.reduce((sum, { reward }) => sum + reward, 0) / kept.length,
      },
      alarms: flatRewardAlarms(drawn),
    },
  };
};

/** CLIP's next pairs: each image with its refinement, or with its alt-text as it came. */
const pair: CycleReducer = (tables, { parameters: { rawShare }, seed }) => {
  const verdicts = openVerdicts(tables, "unparsed");
  const random = createRandom(seed);
  const rows = [...greedyRows(tableOf(tables, "refine")).values()];
  const training = rows.flatMap((row): TrainingRow[] => {
    const isRaw = random() < rawShare && row.draft !== null;
    const text = isRaw ? row.draft : (row.answer && row.text) || null;
    if (text === null || text === "") return [];
    verdicts.mark("refine", [row], isRaw ? "raw" : "kept");
    return [{ query_id: row.queryId, prompt: "", target: text, source: isRaw ? "raw" : "refined" }];
  });
  return { verdicts: verdicts.of, training, summary: { paired: training.length } };
};

export const cycleReducers = { select, pair };
