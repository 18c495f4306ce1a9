import type { Alarm } from "@whetstone/schemas/api";
import type { Reducer, SampleTable } from "../method.ts";
import { greedyRows, groupByQuery, normaliseText, toLesson, type Row } from "../rows/rows.ts";
import { openVerdicts, tableOf } from "../verdicts.ts";
import type { ISheepParameters } from "./parameters.ts";
import { parseGrade } from "./parse-grade.ts";
import { combineGrades, passesBar } from "./passes-bar.ts";

type ISheepReducer = Reducer<ISheepParameters>;

/** Instructions that are new and of a fair length. Each becomes a query of its own: the seed's id, `#`, the draw. */
const screen: ISheepReducer = (tables, { parameters: { minWords, maxWords, generated } }) => {
  const verdicts = openVerdicts(tables, "over_cap");
  const seen = new Set<string>();
  const fit: Row[] = [];
  for (const row of [...groupByQuery(tableOf(tables, "invent")).values()].flat()) {
    const words = row.text.split(/\s+/).filter(Boolean).length;
    const text = normaliseText(row.text);
    const why = words < minWords || words > maxWords ? "length" : seen.has(text) && "duplicate";
    if (why) verdicts.mark("invent", [row], why);
    else fit.push(row);
    seen.add(text);
  }
  const kept = fit.slice(0, generated);
  verdicts.mark("invent", kept, "kept");
  const training = kept.map(({ queryId, sampleIdx, text }) => ({
    query_id: `${queryId}#${sampleIdx}`,
    prompt: text,
    target: "",
  }));
  return {
    verdicts: verdicts.of,
    training,
    summary: { invented: verdicts.of["invent"]?.length ?? 0, screened: kept.length },
  };
};

/** Answers to be graded; one that is empty or repeats its instruction is none. */
const answers: ISheepReducer = (tables) => {
  const verdicts = openVerdicts(tables, "answered");
  const rows = answersIn(tableOf(tables, "answer"));
  const isNone = ({ text, prompt }: Row) => normaliseText(text) === "" || normaliseText(text) === normaliseText(prompt);
  verdicts.mark("answer", rows.filter(isNone), "no_answer");
  const training = rows
    .filter((row) => !isNone(row))
    .map(({ queryId, prompt, text }) => ({ query_id: queryId, prompt, target: "", draft: text }));
  return { verdicts: verdicts.of, training, summary: { answered: training.length } };
};

/** The first pairs, for the first weights to grade. */
const probe: ISheepReducer = (tables, context) => {
  const { training } = answers(tables, context);
  return {
    verdicts: openVerdicts(tables, "probe").of,
    training: training.slice(0, context.parameters.probe),
    summary: {},
  };
};

/** Pairs graded above the bar. What nobody could grade is counted and never learnt. */
const keep: ISheepReducer = (tables, { parameters }) => {
  const verdicts = openVerdicts(tables, "no_answer");
  const quality = gradesOf(tables["grade-quality"]);
  const following = gradesOf(tables["grade-following"]);
  const gradesFor = ({ queryId }: Row) => ({
    quality: quality.get(queryId) ?? null,
    following: following.get(queryId) ?? null,
  });
  const rows = answersIn(tableOf(tables, "answer")).filter(
    ({ queryId }) => quality.has(queryId) || parameters.rule === "none",
  );
  const ungraded = rows.filter((row) => combineGrades(gradesFor(row), parameters.rule) === null);
  const passed = rows.filter((row) => passesBar(gradesFor(row), parameters));
  const kept = passed.slice(0, parameters.mostLearnt);
  verdicts.mark("answer", rows, "below_threshold");
  verdicts.mark("answer", ungraded, "ungraded");
  verdicts.mark("answer", passed, "over_cap");
  verdicts.mark("answer", kept, "kept");
  const grades = [...quality.values()].filter((grade) => grade !== null);
  const drift = driftOf(tables["frozen-grade"], quality);
  return {
    verdicts: verdicts.of,
    training: kept.map(toLesson),
    summary: {
      drawn: rows.length,
      kept: kept.length,
      ungradedShare: rows.length === 0 ? 0 : ungraded.length / rows.length,
      decisions: { meanGrade: meanOf(grades), gradeDrift: drift },
      alarms: driftAlarms(drift, parameters.maxDrift),
    },
  };
};

export const iSheepReducers = { screen, answers, probe, keep };

/** One answer an instruction, greedy or drawn. */
function answersIn(table: SampleTable): Row[] {
  const greedy = [...greedyRows(table).values()];
  return greedy.length > 0 ? greedy : [...groupByQuery(table).values()].flatMap((rows) => rows.slice(0, 1));
}

function gradesOf(table: SampleTable | undefined): Map<string, number | null> {
  return new Map(table ? [...greedyRows(table)].map(([queryId, { text }]) => [queryId, parseGrade(text)]) : []);
}

/** Mean of own grade less the first weights' over the pairs that both graded. */
function driftOf(table: SampleTable | undefined, own: ReadonlyMap<string, number | null>): number | null {
  const differences = [...gradesOf(table)].flatMap(([queryId, frozen]) => {
    const grade = own.get(queryId) ?? null;
    return grade === null || frozen === null ? [] : [grade - frozen];
  });
  return meanOf(differences);
}

function driftAlarms(drift: number | null, maxDrift: number): Alarm[] {
  if (drift === null || drift <= maxDrift) return [];
  const sentence = `it grades its own pairs ${drift.toFixed(2)} higher than the first weights do`;
  return [{ code: "frozen_judge_disagrees", sentence, isFatal: true }];
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
