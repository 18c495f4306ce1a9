import type { Reducer, SampleTable } from "../method.ts";
import { groupByQuery, type Row } from "../rows/rows.ts";
import { openVerdicts } from "../verdicts.ts";
import type { SmartParameters } from "./parameters.ts";

type SmartReducer = Reducer<SmartParameters>;

interface Attempt {
  step: string;
  row: Row;
}

export const tryName = (attempt: number): string => `try-${attempt}`;

/** Queries not solved yet, with the ways they were tried in. */
const failed: SmartReducer = (tables) => {
  const open = [...trajectories(tables)].filter(([, attempts]) => solvedBy(attempts) === undefined);
  const training = open.map(([id, attempts]) => ({
    query_id: id,
    prompt: attempts[0]?.row.prompt ?? "",
    target: "",
    draft: attempts.at(-1)?.row.text ?? null,
    source: attempts.map(({ row }) => row.strategy ?? "").join(" "),
  }));
  return { verdicts: openVerdicts(tables, "tried").of, training, summary: { open: open.length } };
};

/** The try that solved a query becomes its first answer: the prompt is the query alone. */
const keep: SmartReducer = (tables, { parameters, iteration }) => {
  const verdicts = openVerdicts(tables, "wrong");
  const all = [...trajectories(tables).values()];
  const solved = all.flatMap((attempts) => {
    const at = solvedBy(attempts);
    const attempt = at === undefined ? undefined : attempts[at];
    return attempt && at !== undefined ? [{ ...attempt, at }] : [];
  });
  const kept = solved.filter(({ at }) => at === 0 || iteration <= parameters.refinedRounds);
  for (const { step, row } of solved) verdicts.mark(step, [row], "refined");
  for (const { step, row } of kept) verdicts.mark(step, [row], "kept");
  const calls = all.reduce((sum, attempts) => sum + attempts.length, 0);
  return {
    verdicts: verdicts.of,
    training: kept.map(({ row, at }) => ({
      query_id: queryOf(row.queryId),
      prompt: row.prompt,
      target: row.text,
      source: at === 0 ? "first" : "refined",
    })),
    summary: {
      drawn: all.length,
      kept: kept.length,
      decisions: {
        firstAccuracy: share(solved.filter(({ at }) => at === 0).length, all.length),
        solvedShare: share(solved.length, all.length),
        callsPerQuery: share(calls, all.length),
        strategyShares: sharesOf(all.flatMap(([first]) => (first ? [first.row.strategy ?? "none"] : []))),
      },
    },
  };
};

export const smartReducers = { failed, keep };

const solvedBy = (attempts: readonly Attempt[]): number | undefined => {
  const at = attempts.findIndex(({ row }) => row.isCorrect);
  return at < 0 ? undefined : at;
};

const queryOf = (id: string): string => id.split("#")[0] ?? id;

/** Tries of a query in their order; each of its first draws begins a trajectory of its own. */
function trajectories(tables: Readonly<Record<string, SampleTable>>): Map<string, Attempt[]> {
  const found = new Map<string, Attempt[]>();
  for (let attempt = 1; ; attempt += 1) {
    const step = tryName(attempt);
    const table = tables[step];
    if (!table) return found;
    for (const row of [...groupByQuery(table).values()].flat()) {
      const id = attempt === 1 ? `${row.queryId}#${row.sampleIdx}` : row.queryId;
      found.set(id, [...(found.get(id) ?? []), { step, row }]);
    }
  }
}

function sharesOf(names: readonly string[]): Record<string, number> {
  const groups = [...Map.groupBy(names, (name) => name)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(groups.map(([name, all]) => [name, share(all.length, names.length)]));
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
