import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Iteration, Loop, LoopSampleRow } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";

const shownIterations = 100;

export const isOver = ({ finishedAt }: Pick<Loop, "finishedAt">): boolean => finishedAt !== null;

export const loopsQuery: PagedQuery<Loop> = pagedQuery(["loops"], api.loops.list, { isLive: (loop) => !isOver(loop) });

/** Kept fresh by `useLoopEvents`, not by asking again. */
export const loopQuery = (id: string) => queryOptions({ queryKey: ["loops", id], queryFn: () => api.loops.get(id) });

/** The last of a loop's iterations, in their order. */
export const iterationsQuery = (id: string) =>
  queryOptions({
    queryKey: ["loops", id, "iterations"],
    queryFn: async () => {
      const { data, has_more } = await api.loops.iterations(id, { limit: shownIterations, order: "desc" });
      return { iterations: data.toReversed(), hasEarlier: has_more };
    },
  });

export interface RecordPlace {
  loopId: string;
  iteration: Iteration;
  step: string | undefined;
  verdict: string | undefined;
}
export type RecordRow = LoopSampleRow & { id: string };

/** Rows of an iteration's record; asked anew when a step of it has ended. */
export function recordQuery({ loopId, iteration, step, verdict }: RecordPlace): PagedQuery<RecordRow> {
  const { number, steps } = iteration;
  const ended = steps.filter(({ kind, status }) => kind === "reduce" && status === "succeeded").length;
  const query = pagedQuery<RecordRow>(["loops", loopId, "record", number, { step, verdict, ended }], async (page) => {
    const rows = await api.loops.samples(loopId, number, {
      ...page,
      order: "asc",
      ...(step === undefined ? {} : { step }),
      ...(verdict === undefined ? {} : { verdict }),
    });
    return { ...rows, data: rows.data.map((row) => ({ ...row, id: row.cursor })) };
  });
  return { ...query, placeholderData: keepPreviousData };
}

export const comparisonQuery = (ids: string[]) =>
  queryOptions({ queryKey: ["loops", "comparison", ids], queryFn: () => api.loops.compare(ids) });
