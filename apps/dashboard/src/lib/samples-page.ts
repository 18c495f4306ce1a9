import type { VersionSearch } from "./version-search.ts";

export const pageSize = 100;
export type Shown = Pick<VersionSearch, "filter" | "sort" | "order">;

/** How a page of a version's samples is asked for. The page's address alone says all of it, so it can be asked before there is a page. */
export function toSamplesAsk({ filter, sort, order = "asc" }: Shown, after?: string) {
  return {
    limit: pageSize,
    order,
    ...(filter === undefined ? {} : { filter }),
    ...(sort === undefined ? {} : { sort }),
    ...(after === undefined ? {} : { after }),
  };
}
