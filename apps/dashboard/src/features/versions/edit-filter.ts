import { clausesOf, type Filter, parseFilter, quote } from "@whetstone/schemas/select";

/** The filter with the conditions on this one column replaced; the other clauses stay as they were written. */
export function withClauses(filter: string, column: string, clauses: readonly string[]): string {
  const others = clausesOf(safeParse(filter))
    .filter((clause) => !isOnly(clause, column))
    .map((clause) => {
      const text = filter.slice(clause.from, clause.to);
      return clause.type === "or" && !text.startsWith("(") ? `(${text})` : text;
    });
  return [...others, ...clauses].join(" and ");
}

/** The values a filter asks a column to have, where that is all it asks of it. */
export function valuesIn(filter: string, column: string): string[] {
  return clausesOf(safeParse(filter)).flatMap((clause) => {
    if (clause.type === "compare" && clause.column === column && clause.op === "=") return [String(clause.value)];
    return clause.type === "in" && clause.column === column ? clause.values.map(String) : [];
  });
}

/** The lower and the upper bound a filter sets a column. */
export function rangeIn(filter: string, column: string): { from: number | null; to: number | null } {
  const range: { from: number | null; to: number | null } = { from: null, to: null };
  for (const clause of clausesOf(safeParse(filter))) {
    if (clause.type !== "compare" || clause.column !== column || typeof clause.value !== "number") continue;
    if (clause.op.startsWith(">")) range.from = clause.value;
    if (clause.op.startsWith("<")) range.to = clause.value;
  }
  return range;
}

export const toClause = (column: string, values: readonly string[]): string[] => {
  if (values.length === 0) return [];
  const [first = ""] = values;
  return [values.length === 1 ? `${column} = ${quote(first)}` : `${column} in (${values.map(quote).join(", ")})`];
};

function isOnly(clause: Filter, column: string): boolean {
  return (clause.type === "compare" || clause.type === "in") && clause.column === column;
}

function safeParse(filter: string): Filter | null {
  try {
    return parseFilter(filter);
  } catch {
    return null;
  }
}
