/** What a cell of an experience can hold. */
export type Cell = number | string | boolean | null;

/** One value for every row, or a value a row. Most columns of a batch are the former. */
export type Column = { all: Cell } | { each: Cell[] };

/** Experiences column by column: small to store and quick to read. `block_num` and `block_type` are the block's, not a column. */
export interface ExperienceColumns {
  rowCount: number;
  columns: Record<string, Column>;
}

export function cellAt(column: Column | undefined, row: number): Cell {
  if (column === undefined) return null;
  return "all" in column ? column.all : (column.each[row] ?? null);
}

/** A column in its smaller form. */
export function toColumn(each: Cell[]): Column {
  const [first = null] = each;
  return each.every((cell) => cell === first) ? { all: first } : { each };
}

/** These rows of them, in this order. */
export function pickRows({ columns }: ExperienceColumns, rows: readonly number[]): ExperienceColumns {
  return mapColumns(columns, rows.length, (each) => toColumn(rows.map((row) => each[row] ?? null)));
}

/** All rows of several, one after the other; a column some of them lack is null there. */
export function concatColumns(parts: readonly ExperienceColumns[]): ExperienceColumns {
  const names = new Set(parts.flatMap(({ columns }) => Object.keys(columns)));
  const rowCount = parts.reduce((sum, part) => sum + part.rowCount, 0);
  const columns = [...names].map((name): [string, Column] => {
    const each: Cell[] = [];
    for (const part of parts)
      for (let row = 0; row < part.rowCount; row += 1) each.push(cellAt(part.columns[name], row));
    return [name, toColumn(each)];
  });
  return { rowCount, columns: Object.fromEntries(columns) };
}

/** D1 takes two megabytes a value; a character can be three bytes. */
const maxPayloadLength = 600_000;

/** The rows as JSON texts that each fit a row of D1. */
export function toPayloads(experiences: ExperienceColumns): { payload: string; rowCount: number }[] {
  const payload = JSON.stringify(experiences);
  const { rowCount } = experiences;
  if (payload.length <= maxPayloadLength || rowCount === 1) return [{ payload, rowCount }];
  const middle = Math.floor(rowCount / 2);
  return [...toPayloads(sliceRows(experiences, 0, middle)), ...toPayloads(sliceRows(experiences, middle, rowCount))];
}

export const fromPayload = (payload: string): ExperienceColumns => JSON.parse(payload) as ExperienceColumns;

function sliceRows({ columns }: ExperienceColumns, from: number, to: number): ExperienceColumns {
  return mapColumns(columns, to - from, (each) => ({ each: each.slice(from, to) }));
}

function mapColumns(
  columns: Record<string, Column>,
  rowCount: number,
  change: (each: Cell[]) => Column,
): ExperienceColumns {
  const entries = Object.entries(columns).map(([name, column]): [string, Column] => [
    name,
    "all" in column ? column : change(column.each),
  ]);
  return { rowCount, columns: Object.fromEntries(entries) };
}
