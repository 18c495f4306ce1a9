import Papa from "papaparse";
import { AppError } from "../errors.ts";
import type { RowProblems } from "./row-problems.ts";

type Cells = Record<string, unknown>;

export interface TableOptions {
  metricsColumns: readonly string[];
  problems: RowProblems;
}

const counts = new Set(["block_num", "exp_num"]);
const missing = new Set(["", "nan", "na", "n/a", "null", "none"]);
/** Texts whatever they look like. */
const texts = new Set(["block_type", "block_subtype", "exp_status", "worker_id", "task_name", "timestamp"]);

/** Records of a tab-separated table with a header, as l2logger's `data-log.tsv` is. An empty cell or NaN is a missing value. */
export function parseTable(text: string, { metricsColumns, problems }: TableOptions): Cells[] {
  const { data, errors } = Papa.parse<string[]>(text.trimEnd(), { delimiter: "\t", quoteChar: '"' });
  const [header = [], ...rows] = data;
  for (const { row = 0, message } of errors)
    problems.add({ row: row - 1, rule: "bad_quotes", detail: message.toLowerCase() });
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) throw new AppError("invalid_input", `the header names the column ${twice} twice`);
  const measures = new Set(metricsColumns);
  return rows.map((cells, row) => {
    if (cells.length !== header.length) {
      const detail = `has ${cells.length} cells where the header has ${header.length}`;
      problems.add({ row, rule: "ragged_row", detail });
    }
    return Object.fromEntries(
      header.map((name, i) => [name, toValue(cells[i] ?? "", { name, isMeasure: measures.has(name) })]),
    );
  });
}

/** What cannot be read stays the text it is, for the column's own rule to refuse. */
function toValue(cell: string, { name, isMeasure }: { name: string; isMeasure: boolean }): unknown {
  if (texts.has(name)) return cell === "" ? undefined : cell;
  if (name === "task_params") return toParams(cell);
  if (counts.has(name)) return /^\d+(\.0*)?$/.test(cell) ? Number(cell) : cell;
  if (missing.has(cell.trim().toLowerCase())) return null;
  const number = Number(cell);
  return Number.isFinite(number) || (isMeasure && cell.trim() === "") ? number : cell;
}

function toParams(cell: string): unknown {
  if (missing.has(cell.trim().toLowerCase())) return {};
  try {
    // Python writes NaN and Infinity, which JSON doesn't know.
    return JSON.parse(cell.replaceAll(/(?<![\w"])-?(NaN|Infinity)\b/g, "null"));
  } catch {
    return cell;
  }
}
