import { queryOptions } from "@tanstack/react-query";
import { type Evaluation, type ExamplesQuery, settledRunStatuses } from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";

const askEveryMs = 5_000;
const isLive = ({ status }: Pick<Evaluation, "status">): boolean => !settledRunStatuses.includes(status);

export const evaluationsQuery: PagedQuery<Evaluation> = pagedQuery(["evaluations"], api.evaluations.list, { isLive });

export const evaluationQuery = (id: string) =>
  queryOptions({
    queryKey: ["evaluations", id],
    queryFn: () => api.evaluations.get(id),
    refetchInterval: ({ state }) => (state.data && isLive(state.data) ? askEveryMs : false),
  });

/** Settled evaluations don't change, so neither does their comparison. */
export const comparisonQuery = (ids: string[]) =>
  queryOptions({
    queryKey: ["evaluations", "compare", ...ids],
    queryFn: () => api.evaluations.compare(ids),
    staleTime: Infinity,
  });

/** Images' links live an hour; asked again before that. */
export const examplesQuery = (id: string, query: Partial<ExamplesQuery>) =>
  queryOptions({
    queryKey: ["evaluations", id, "examples", query],
    queryFn: () => api.evaluations.examples(id, query),
    staleTime: 45 * 60_000,
  });
