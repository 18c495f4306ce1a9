import type { Cell } from "./experience-columns.ts";

/** A rule of one column: gives the cell as it is stored, or says what is wrong. */
export interface ColumnRule {
  rule: string;
  detail: string;
  toCell(value: unknown): Cell | undefined;
  /** Stands in where a record lacks the column; without one the column must be there. */
  fallback?: Cell;
}

const maxTextLength = 2_000;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const among = (...allowed: string[]) => ({
  rule: "not_allowed",
  detail: `must be ${allowed.map((one) => `"${one}"`).join(" or ")}`,
  toCell: (value: unknown) => (allowed.includes(value as string) ? (value as string) : undefined),
});
const count = {
  rule: "not_a_count",
  detail: "must be a whole number, zero or more",
  toCell: (value: unknown) => (isCount(value) ? value : undefined),
};
const matching = (pattern: RegExp, rule: string, detail: string) => ({
  rule,
  detail,
  toCell: (value: unknown) => (typeof value === "string" && pattern.test(value) ? value : undefined),
});

/** The standard columns of l2logger 1.1 and their rules. */
export const standardColumns: ReadonlyMap<string, ColumnRule> = new Map(
  Object.entries<ColumnRule>({
    block_num: count,
    exp_num: count,
    block_type: among("train", "test"),
    block_subtype: { ...among("wake", "sleep"), fallback: "wake" },
    exp_status: { ...among("complete", "incomplete"), fallback: "complete" },
    worker_id: {
      ...matching(/^[\w.-]{1,200}$/, "bad_worker_id", "must be letters, digits, dots, dashes and underscores"),
      fallback: "worker-default",
    },
    task_name: matching(
      /^[^\t\n\r]{1,200}$/,
      "bad_task_name",
      "must be a text of 1 to 200 characters without tabs or line breaks",
    ),
    task_params: {
      rule: "not_an_object",
      detail: "must be a JSON object",
      toCell: (value) => {
        if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
        const text = JSON.stringify(value);
        return text.length <= maxTextLength ? text : undefined;
      },
      fallback: "{}",
    },
    timestamp: matching(/^\d{8}T\d{6}\.\d{1,6}$/, "bad_timestamp", "must look like 20260131T235959.123456"),
  }),
);

/** What a learner is measured by: a finite number, or null where there was nothing to measure. */
export const measureRule: ColumnRule = {
  rule: "not_a_number",
  detail: "must be a finite number, or null for a missing one",
  toCell: (value) => (value === null || (typeof value === "number" && Number.isFinite(value)) ? value : undefined),
};

/** Any other column: kept as it is, for the learner's own use. */
export const otherRule: ColumnRule = {
  rule: "not_a_cell",
  detail: `must be a number, true or false, null or a text of at most ${maxTextLength} characters`,
  toCell: (value) =>
    measureRule.toCell(value) ??
    (value === null || typeof value === "boolean" || (typeof value === "string" && value.length <= maxTextLength)
      ? value
      : undefined),
};
