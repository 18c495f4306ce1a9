import { sampleColumns } from "@whetstone/schemas/tasks";
import type { SampleTable } from "./method.ts";

export type TestRow = Partial<{
  query_id: string;
  slice: string;
  sample_idx: number;
  temperature: number;
  prompt: string;
  text: string;
  tokens: number;
  log_prob: number;
  base_log_prob: number;
  answer: string | null;
  correct: boolean | null;
  reward: number;
  key: string | null;
  strategy: string | null;
  draft: string | null;
  extra: string | null;
}>;

/** A table of samples from rows; a row's place among its query's is its draw where it says none. */
export function makeTable(rows: readonly TestRow[]): SampleTable {
  const drawn = new Map<string, number>();
  const full = rows.map((row) => {
    const query = row.query_id ?? "q1";
    const sampleIdx = row.sample_idx ?? drawn.get(query) ?? 0;
    drawn.set(query, sampleIdx + 1);
    return { query_id: query, slice: "all", temperature: 1, prompt: `${query}?`, ...row, sample_idx: sampleIdx };
  });
  const columns = Object.entries(sampleColumns).map(([name, kind]) => {
    const values = full.map((row) => (row as Record<string, unknown>)[name] ?? null);
    const isText = kind === "string" || kind === "bool";
    return [
      name,
      isText ? values : Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
    ];
  });
  return { rowCount: rows.length, ...Object.fromEntries(columns) } as SampleTable;
}
