import { AppError, type FieldError } from "../errors.ts";

const shown = 50;

/** What is wrong with the rows of a batch: line and column as people count them, the rule broken, and what was found. */
export interface RowProblems {
  add(problem: { row: number; column?: string; rule: string; detail: string }): void;
  /** Refuses the batch when anything was wrong with it. */
  check(): void;
}

/** `firstLine` is the line of the first row where the caller sees it. */
export function createRowProblems(firstLine = 1): RowProblems {
  const fields: FieldError[] = [];
  let count = 0;
  return {
    add({ row, column, rule, detail }) {
      count += 1;
      if (fields.length >= shown) return;
      const place = `line ${row + firstLine}${column === undefined ? "" : `, column ${column}`}`;
      const pointer =
        column === undefined ? `/${row}` : `/${row}/${column.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      fields.push({ pointer, code: rule, detail: `${place}: ${detail}` });
    },
    check() {
      const [first] = fields;
      if (!first) return;
      const more = count > 1 ? `, and ${count - 1} more like it or other` : "";
      throw new AppError("invalid_input", `no row of this batch was taken: ${first.detail}${more}`, { fields });
    },
  };
}
