import { z } from "zod";
import type { Reducer } from "../method.ts";
import { bestOf } from "../rows/best-of.ts";
import { groupByQuery, toLesson, type Row } from "../rows/rows.ts";
import { openVerdicts, tableOf } from "../verdicts.ts";
import { cleanPlan } from "./clean-plan.ts";
import type { SraMctsParameters } from "./parameters.ts";

type SraMctsReducer = Reducer<SraMctsParameters>;

const Search = z.object({ calls: z.number().optional(), finishRound: z.number().optional() });

/** Plans worth a program. */
const plans: SraMctsReducer = (tables, { parameters }) => {
  const verdicts = openVerdicts(tables, "too_short");
  const rows = [...groupByQuery(tableOf(tables, "search")).values()].flat();
  const cleaned = rows.flatMap((row) => {
    const plan = cleanPlan(row.text, parameters.minWords);
    return plan === null ? [] : [{ row, plan }];
  });
  verdicts.mark(
    "search",
    cleaned.map(({ row }) => row),
    "planned",
  );
  const searches = rows.map(({ extra }) => readSearch(extra));
  return {
    verdicts: verdicts.of,
    training: cleaned.map(({ row, plan }) => ({ query_id: row.queryId, prompt: row.prompt, target: "", draft: plan })),
    summary: {
      planned: cleaned.length,
      calls: searches.reduce((sum, { calls }) => sum + (calls ?? 0), 0),
      finished: searches.filter(({ finishRound }) => (finishRound ?? -1) >= 0).length,
    },
  };
};

/** Programs that ran to the right answer, with the plan they follow: what the bare question is to be answered with. */
const keep: SraMctsReducer = (tables, { parameters, done }) => {
  const searched = groupByQuery(tableOf(tables, "search"));
  const verdicts = openVerdicts(tables, "wrong");
  verdicts.mark("search", [...searched.values()].flat(), "searched");
  const programs = [...groupByQuery(tableOf(tables, "translate")).values()].flatMap((rows) => rows.slice(0, 1));
  const kept = programs.filter(({ isCorrect }) => isCorrect || !parameters.filtersByVerdict);
  verdicts.mark("translate", kept, "kept");
  const planned = done.find(({ step }) => step.name === "plans")?.summary;
  return {
    verdicts: verdicts.of,
    training: kept.map((row) => ({
      query_id: row.queryId,
      prompt: searched.get(row.queryId)?.[0]?.prompt ?? row.prompt,
      target: parameters.learns === "program" || !row.draft ? row.text : `${row.draft}\n${row.text}`,
    })),
    summary: {
      drawn: programs.length,
      kept: kept.length,
      correct: programs.filter(({ isCorrect }) => isCorrect).length,
      decisions: { calls: planned?.["calls"] ?? null, finished: planned?.["finished"] ?? null },
    },
  };
};

/** Of the baselines: the best of a query's draws, if it is right. */
const best: SraMctsReducer = (tables, { parameters }) => {
  const verdicts = openVerdicts(tables, "not_best");
  const winners = [...groupByQuery(tableOf(tables, "draw")).values()].flatMap((rows): Row[] => {
    const winner = bestOf(rows, ({ reward }) => reward);
    return winner && (winner.isCorrect || !parameters.filtersByVerdict) ? [winner] : [];
  });
  verdicts.mark("draw", winners, "kept");
  return {
    verdicts: verdicts.of,
    training: winners.map(toLesson),
    summary: { drawn: tableOf(tables, "draw").rowCount, kept: winners.length },
  };
};

export const sraMctsReducers = { plans, keep, best };

function readSearch(extra: string | null): z.infer<typeof Search> {
  try {
    return Search.parse(JSON.parse(extra ?? "{}"));
  } catch {
    // A search that ended without a word about itself counts no calls.
    return {};
  }
}
