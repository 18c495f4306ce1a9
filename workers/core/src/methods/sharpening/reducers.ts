import type { Alarm } from "@whetstone/schemas/api";
import type { TrainingRow } from "@whetstone/schemas/tasks";
import { areaUnderCurve } from "../../statistics/auc.ts";
import { flatRewardAlarms } from "../flat-rewards.ts";
import type { Reducer, SampleTable } from "../method.ts";
import { bestOf } from "../rows/best-of.ts";
import { groupByQuery, toLesson, type Row } from "../rows/rows.ts";
import { openVerdicts, tableOf } from "../verdicts.ts";
import type { SharpeningParameters } from "./parameters.ts";
import { selfRewards } from "./self-reward.ts";
import { stopsAt } from "./stops-at.ts";

type SharpeningReducer = Reducer<SharpeningParameters>;

/** Whether self-reward tells right from wrong at all: area under the curve on labelled queries. */
const diagnose: SharpeningReducer = (tables, { parameters }) => {
  const groups = [...groupByQuery(tableOf(tables, "probe")).values()];
  const scored = groups.flatMap((rows) => {
    const scores = selfRewards(rows, parameters.selfReward);
    return rows.map((row, i) => ({ isCorrect: row.isCorrect, score: scores[i] ?? Number.NaN }));
  });
  const scoresOf = (isCorrect: boolean) =>
    scored.filter((row) => row.isCorrect === isCorrect && !Number.isNaN(row.score)).map(({ score }) => score);
  const auc = areaUnderCurve(scoresOf(true), scoresOf(false));
  const isHopeless = auc !== undefined && auc <= parameters.minAuc;
  const sentence = `self-reward tells right from wrong with an area under the curve of ${auc?.toFixed(3)}, which must be above ${parameters.minAuc}: sharpening would learn what is wrong`;
  const alarms: Alarm[] = isHopeless ? [{ code: "self_reward_uninformative", sentence, isFatal: true }] : [];
  const summary = { auc: auc ?? null, isHopeless, probed: scored.length, decisions: { auc: auc ?? null }, alarms };
  return { verdicts: openVerdicts(tables, "probe").of, training: [], summary };
};

/** Best of N by self-reward; the earlier of equals. */
const select: SharpeningReducer = (tables, { parameters }) => {
  const winners = [...groupByQuery(tableOf(tables, "draw")).values()].flatMap((rows) => {
    const winner = pickWinner(rows, parameters);
    return winner ? [winner] : [];
  });
  return keepWinners(tables, winners);
};

/** Queries whose likeliest text is not surely seen yet; they are drawn again. */
const unfinished: SharpeningReducer = (tables, { parameters }) => {
  const waves = joinWaves(tables);
  const rest = [...waves].filter(([, rows]) => stopsAt(rows.map(probability), parameters.delta) === undefined);
  const training = rest.map(([queryId, [row]]) => ({ query_id: queryId, prompt: row?.prompt ?? "", target: "" }));
  return { verdicts: openVerdicts(tables, "seen").of, training, summary: { unfinished: rest.length } };
};

/** The likeliest text of those drawn before the query was done. */
const likeliest: SharpeningReducer = (tables, { parameters }) => {
  const winners = [...joinWaves(tables).values()].flatMap((rows) => {
    const used = rows.slice(0, stopsAt(rows.map(probability), parameters.delta));
    const winner = bestOf(used, ({ baseLogProb }) => baseLogProb);
    return winner ? [winner] : [];
  });
  return keepWinners(tables, winners);
};

/** Two texts of each query, with what the first weights think of both. */
const pair: SharpeningReducer = (tables) => {
  const drawn = groupByQuery(tableOf(tables, "draw"));
  const against = tables["against"] ? groupByQuery(tables["against"]) : drawn;
  const training = [...drawn].flatMap(([queryId, rows]): TrainingRow[] => {
    const row = rows[0];
    const other = tables["against"] ? against.get(queryId)?.[0] : rows[1];
    if (!row || !other) return [];
    const logProbs = { base_log_prob: row.baseLogProb, rejected_base_log_prob: other.baseLogProb };
    return [{ query_id: queryId, prompt: row.prompt, target: row.text, rejected: other.text, ...logProbs }];
  });
  return {
    verdicts: openVerdicts(tables, "kept").of,
    training,
    summary: { drawn: rowsOf(tables), kept: training.length },
  };
};

export const sharpeningReducers = { diagnose, select, unfinished, likeliest, pair };

const probability = ({ baseLogProb }: Row): number => Math.exp(baseLogProb);

type Placed = Row & { step: string };

function pickWinner(rows: readonly Row[], { selfReward }: SharpeningParameters): Placed | undefined {
  const scores = selfRewards(rows, selfReward);
  const best = bestOf(
    rows.map((row, i) => ({ row, score: scores[i] ?? Number.NaN })),
    ({ score }) => score,
  );
  return best && { ...best.row, step: "draw" };
}

/** A query's draws in the order of waves. */
function joinWaves(tables: Readonly<Record<string, SampleTable>>): Map<string, Placed[]> {
  const joined = new Map<string, Placed[]>();
  for (let wave = 1; tables[waveName(wave)]; wave += 1) {
    const step = waveName(wave);
    for (const [queryId, rows] of groupByQuery(tableOf(tables, step)))
      joined.set(queryId, [...(joined.get(queryId) ?? []), ...rows.map((row) => ({ ...row, step }))]);
  }
  return joined;
}

export const waveName = (wave: number): string => `draw-${wave}`;

function keepWinners(
  tables: Readonly<Record<string, SampleTable>>,
  winners: readonly Placed[],
): ReturnType<SharpeningReducer> {
  const verdicts = openVerdicts(tables, "not_best");
  for (const winner of winners) verdicts.mark(winner.step, [winner], "kept");
  const logProbs = winners.map(({ baseLogProb }) => baseLogProb).filter((value) => Number.isFinite(value));
  return {
    verdicts: verdicts.of,
    training: winners.map(toLesson),
    summary: {
      drawn: rowsOf(tables),
      kept: winners.length,
      meanBaseLogProb: logProbs.length === 0 ? null : logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length,
      alarms: flatRewardAlarms(winners.length > 0 ? Object.values(tables).flatMap(rewardsIn) : []),
    },
  };
}

const rewardsIn = (table: SampleTable) => [...groupByQuery(table).values()].flat();
const rowsOf = (tables: Readonly<Record<string, SampleTable>>): number =>
  Object.values(tables).reduce((sum, { rowCount }) => sum + rowCount, 0);
