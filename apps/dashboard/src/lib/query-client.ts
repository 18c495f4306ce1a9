import { ApiError } from "@whetstone/schemas/client";
import { QueryCache, QueryClient } from "@tanstack/react-query";

const maxTries = 2;

/** Called when the API no longer knows this browser; the router sets it. */
export const onSignedOut: { current: () => void } = { current: () => {} };

/** One cache for the page. A refusal is an answer and is not asked again; the client has retried what is worth it. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof ApiError && error.status === 401) onSignedOut.current();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (tries, error) => tries < maxTries && error instanceof ApiError && error.status === 0,
      refetchOnWindowFocus: true,
    },
  },
});
