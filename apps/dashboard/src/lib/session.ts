import type { Scope } from "@whetstone/schemas/api";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "./api.ts";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => api.session.get(),
  staleTime: 60_000,
});

/** Whether this browser's key may do that. What it may not is hidden or disabled; the API decides all the same. */
export function useScope(scope: Scope): boolean {
  return useQuery(sessionQuery).data?.scopes.includes(scope) === true;
}
