import type { TrainingRow } from "@whetstone/schemas/tasks";
import { flatRewardAlarms } from "../flat-rewards.ts";
import type { Reducer, SampleTable } from "../method.ts";
import { rankBy } from "../rows/best-of.ts";
import { groupByQuery, type Row } from "../rows/rows.ts";
import { openVerdicts, tableOf } from "../verdicts.ts";
import type { PitParameters } from "./parameters.ts";
import { type Part, partOf } from "./part-of.ts";
import { type Preference, preferenceOf } from "./preferences.ts";

type PitReducer = Reducer<PitParameters>;

/** The worse text as draft, the better as what to make of it. */
const imitate: PitReducer = (tables, { parameters }) =>
  teach(tables, {
    part: "imitate",
    rows: ({ queryId, better, worse }) => [{ query_id: queryId, prompt: "", draft: worse.text, target: better.text }],
    parameters,
  });

/** Better and worse, for the gap model. */
const judge: PitReducer = (tables, { parameters }) =>
  teach(tables, {
    part: "judge",
    rows: ({ queryId, better, worse }) => [
      { query_id: queryId, prompt: better.prompt, target: better.text, rejected: worse.text },
    ],
    parameters,
  });

/** Stage 0: both texts are drafts, so n preferences are 2n queries. */
const drafts: PitReducer = (tables, { parameters }) =>
  teach(tables, {
    part: "improve",
    rows: ({ queryId, better, worse }) =>
      [worse, better].map((row, i) => ({
        query_id: `${queryId}#${i}`,
        prompt: "",
        target: "",
        draft: row.text,
        source: gradeOf(row),
      })),
    parameters,
  });

/** Stage 1: what the policy has just written is the draft. */
const ownDrafts: PitReducer = (tables) => {
  const rows = [...groupByQuery(tableOf(tables, "own")).values()].flatMap((group) => group.slice(0, 1));
  const training = rows.map((row) => ({
    query_id: row.queryId,
    prompt: "",
    target: "",
    draft: row.text,
    source: gradeOf(row),
  }));
  return { verdicts: openVerdicts(tables, "draft").of, training, summary: { drawn: rows.length, kept: rows.length } };
};

/** Improvements worth learning, and how many drafts they mended or damaged. */
const accept: PitReducer = (tables, { parameters }) => {
  const step = tables["improve-0"] ? "improve-0" : "improve-1";
  const groups = [...groupByQuery(tableOf(tables, step)).values()];
  const wasRight = rightDrafts(tables);
  const isWorse = (row: Row) => wasRight(row) && !row.isCorrect;
  const chosen = groups.flatMap((rows) => learnFrom(rows, { ...parameters, isWorse }));
  const verdicts = openVerdicts(tables, "no_gain");
  const all = groups.flat();
  verdicts.mark(step, all.filter(isWorse), "damaged");
  verdicts.mark(
    step,
    chosen.flatMap(({ rows }) => rows),
    "kept",
  );
  const damaged = all.filter(isWorse).length / (all.length || 1);
  const mended = all.filter((row) => !wasRight(row) && row.isCorrect).length / (all.length || 1);
  return {
    verdicts: verdicts.of,
    training: chosen.map(({ row }) => row),
    summary: {
      drawn: all.length,
      kept: chosen.length,
      decisions: { [`mended-${step.at(-1)}`]: mended, [`damaged-${step.at(-1)}`]: damaged },
      alarms: flatRewardAlarms(all),
    },
  };
};

export const pitReducers = { imitate, judge, drafts, ownDrafts, accept };

function teach(
  tables: Readonly<Record<string, SampleTable>>,
  {
    part,
    rows,
    parameters,
  }: { part: Part; rows: (preference: Preference) => TrainingRow[]; parameters: PitParameters },
): ReturnType<PitReducer> {
  const verdicts = openVerdicts(tables, "other_part");
  const groups = [...groupByQuery(tableOf(tables, "draft"))].filter(([queryId]) => partOf(queryId) === part);
  verdicts.mark(
    "draft",
    groups.flatMap(([, group]) => group),
    "no_preference",
  );
  const found = groups.flatMap(([, group]) => preferenceOf(group, parameters.minGap) ?? []);
  verdicts.mark(
    "draft",
    found.flatMap(({ better, worse }) => [better, worse]),
    "kept",
  );
  const training = found.flatMap(rows);
  return { verdicts: verdicts.of, training, summary: { drawn: groups.length, kept: training.length } };
}

interface Chosen {
  row: TrainingRow;
  rows: Row[];
}

/** By the objective: each improvement with a gap above 0; the largest gap against the smallest; all with advantages. */
function learnFrom(
  rows: readonly Row[],
  { objective, verifies, isWorse }: Pick<PitParameters, "objective" | "verifies"> & { isWorse: (row: Row) => boolean },
): Chosen[] {
  const ranked = rankBy(rows, ({ reward }) => reward).filter(({ reward }) => Number.isFinite(reward));
  const toRow = (row: Row) => ({ query_id: row.queryId, prompt: "", draft: row.draft, target: row.text });
  if (objective === "rejection") {
    const best = ranked.find((row) => row.reward > 0 && !(verifies && isWorse(row)));
    return best ? [{ row: toRow(best), rows: [best] }] : [];
  }
  const [top, bottom] = [ranked[0], ranked.at(-1)];
  if (!top || !bottom || top.reward === bottom.reward) return [];
  if (objective === "dpo") return [{ row: { ...toRow(top), rejected: bottom.text }, rows: [top, bottom] }];
  const advantages = advantagesOf(ranked.map(({ reward }) => reward));
  return ranked.map((row, i) => ({
    row: { ...toRow(row), advantage: advantages[i] ?? 0, log_prob: row.logProb },
    rows: [row],
  }));
}

/** Rewards less their mean, over their population deviation (GRPO). All equal: all 0. */
export function advantagesOf(rewards: readonly number[]): number[] {
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / (rewards.length || 1);
  const deviation = Math.sqrt(rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / (rewards.length || 1));
  return rewards.map((reward) => (deviation < 1e-12 ? 0 : (reward - mean) / deviation));
}

const gradeOf = ({ isCorrect }: Row): string => (isCorrect ? "right" : "wrong");

/** Whether the draft an improvement started from was right, by the drafts' own verdicts. */
function rightDrafts(tables: Readonly<Record<string, SampleTable>>): (row: Row) => boolean {
  const table = tables["own"] ?? tableOf(tables, "draft");
  const right = new Set(
    [...groupByQuery(table).values()]
      .flat()
      .flatMap(({ queryId, text, isCorrect }) => (isCorrect ? [`${queryId}\n${text}`] : [])),
  );
  return ({ queryId, draft }) => right.has(`${queryId.split("#")[0] ?? ""}\n${draft ?? ""}`);
}
