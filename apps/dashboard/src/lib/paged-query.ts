import type { InfiniteData, UseInfiniteQueryOptions } from "@tanstack/react-query";
import type { PageOf, PageQuery } from "@whetstone/schemas/api";

const pageSize = 50;

export type PagedQuery<T> = UseInfiniteQueryOptions<
  PageOf<T>,
  Error,
  InfiniteData<PageOf<T>, string | undefined>,
  readonly unknown[],
  string | undefined
>;

/** A keyset list of the API, newest first, as an infinite query. `refetchInterval` is asked again while `isLive` says so of any row. */
export function pagedQuery<T>(
  key: readonly unknown[],
  list: (page: Partial<PageQuery>) => Promise<PageOf<T>>,
  { isLive, everyMs = 5_000 }: { isLive?: (row: T) => boolean; everyMs?: number } = {},
): PagedQuery<T> {
  return {
    queryKey: [...key, "pages"],
    queryFn: ({ pageParam }) =>
      list({ limit: pageSize, order: "desc", ...(pageParam === undefined ? {} : { after: pageParam }) }),
    initialPageParam: undefined,
    getNextPageParam: (page) => (page.has_more ? (page.last_id ?? undefined) : undefined),
    refetchInterval: ({ state }) =>
      isLive && state.data?.pages.some(({ data }) => data.some(isLive)) ? everyMs : false,
  };
}
