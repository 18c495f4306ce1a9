import type { TrainingRow } from "@whetstone/schemas/tasks";
import type { SampleTable } from "../method.ts";

/** One drawn text as decisions see it. `index` is its place in the table. */
export interface Row {
  index: number;
  queryId: string;
  sampleIdx: number;
  temperature: number;
  prompt: string;
  text: string;
  tokens: number;
  logProb: number;
  baseLogProb: number;
  answer: string | null;
  isCorrect: boolean;
  /** NaN where there is none. */
  reward: number;
  key: string;
  strategy: string | null;
  draft: string | null;
  extra: string | null;
}

/** Sampled texts (not the greedy one) of each query. Order of rows in the table changes nothing. */
export function groupByQuery(table: SampleTable): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (let index = 0; index < table.rowCount; index += 1) {
    if ((table.sample_idx[index] ?? 0) < 0) continue;
    const row = toRow(table, index);
    const group = groups.get(row.queryId);
    if (group) group.push(row);
    else groups.set(row.queryId, [row]);
  }
  for (const group of groups.values()) group.sort(byDraw);
  return new Map([...groups].toSorted(([a], [b]) => compareText(a, b)));
}

/** The greedy text of each query. */
export function greedyRows(table: SampleTable): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (let index = 0; index < table.rowCount; index += 1) {
    if (table.sample_idx[index] !== -1) continue;
    const row = toRow(table, index);
    rows.set(row.queryId, row);
  }
  return new Map([...rows].toSorted(([a], [b]) => compareText(a, b)));
}

/** To learn to say what was drawn. */
export function toLesson({ queryId, prompt, text }: Row): TrainingRow {
  return { query_id: queryId, prompt, target: text };
}

/** By code units: the same order on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Same content, whatever case and spacing. */
export function normaliseText(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, " ").trim();
}

const byDraw = (a: Row, b: Row): number =>
  a.temperature - b.temperature || a.sampleIdx - b.sampleIdx || compareText(a.text, b.text);

function toRow(table: SampleTable, index: number): Row {
  const text = table.text[index] ?? "";
  return {
    index,
    text,
    queryId: table.query_id[index] ?? "",
    sampleIdx: table.sample_idx[index] ?? 0,
    temperature: table.temperature[index] ?? 1,
    prompt: table.prompt[index] ?? "",
    tokens: table.tokens[index] ?? 0,
    logProb: table.log_prob[index] ?? Number.NaN,
    baseLogProb: table.base_log_prob[index] ?? Number.NaN,
    answer: table.answer[index] ?? null,
    isCorrect: table.correct[index] === true,
    reward: table.reward[index] ?? Number.NaN,
    key: table.key[index] ?? normaliseText(text),
    strategy: table.strategy[index] ?? null,
    draft: table.draft[index] ?? null,
    extra: table.extra[index] ?? null,
  };
}
