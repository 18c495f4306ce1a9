import { sleep } from "@whetstone/schemas/client";

interface Backoff {
  baseMs?: number;
  maxMs?: number;
  random?: () => number;
}

/** Full jitter: anything from nothing up to a ceiling that doubles with each failure. */
export function jitteredDelayMs(
  failures: number,
  { baseMs = 200, maxMs = 10_000, random = Math.random }: Backoff = {},
): number {
  return random() * Math.min(maxMs, baseMs * 2 ** Math.min(failures, 20));
}

/** Tries until it works, `isWorthRetrying` says no, the tries are used up, or the signal fires. */
export async function retry<T>(
  attempt: (failures: number) => Promise<T>,
  options: Backoff & { tries: number; signal?: AbortSignal | undefined; isWorthRetrying?: (error: unknown) => boolean },
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    options.signal?.throwIfAborted();
    try {
      return await attempt(failures);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (failures + 1 >= options.tries || options.isWorthRetrying?.(error) === false) throw error;
      await sleep(jitteredDelayMs(failures, options), options.signal);
    }
  }
}
