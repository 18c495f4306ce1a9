import type { Reduction, SampleTable } from "./method.ts";
import type { Row } from "./rows/rows.ts";

export interface Verdicts {
  of: Reduction["verdicts"];
  mark(step: string, rows: readonly Pick<Row, "index">[], verdict: string): void;
}

/** A verdict for every row of every table, `first` until it is marked. */
export function openVerdicts(tables: Readonly<Record<string, SampleTable>>, first: string): Verdicts {
  const of = Object.fromEntries(
    Object.entries(tables).map(([step, { rowCount }]) => [step, Array.from({ length: rowCount }, () => first)]),
  );
  const mark: Verdicts["mark"] = (step, rows, verdict) => {
    const list = of[step] ?? [];
    for (const { index } of rows) list[index] = verdict;
  };
  return { of, mark };
}

/** A step's rows; a reducer that misses one is a bug in its plan. */
export function tableOf(tables: Readonly<Record<string, SampleTable>>, step: string): SampleTable {
  const table = tables[step];
  if (!table) throw new Error(`no rows of step ${step}`);
  return table;
}
