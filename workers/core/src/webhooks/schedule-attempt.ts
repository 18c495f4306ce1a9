const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** When tries are due after the first one, as Standard Webhooks suggests: ten tries in a day. */
export const scheduleMs: readonly number[] = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];
/** Each wait is longer by up to this share, so that receivers that come back are not met by all at once. */
const jitter = 0.1;
const maxRetryAfterMs = 24 * hour;

export interface Tries {
  /** Tries made so far. */
  attempts: number;
  firstAttemptAt: Date;
  now: Date;
  /** What the receiver asked for, when it did. */
  retryAfterMs?: number | undefined;
  /** 0 to 1. */
  random: number;
}

/** When to try next, never before the receiver wants it; null when all tries are used up. */
export function scheduleAttempt({ attempts, firstAttemptAt, now, retryAfterMs = 0, random }: Tries): Date | null {
  const due = scheduleMs[attempts];
  if (due === undefined) return null;
  const wait = due - (scheduleMs[attempts - 1] ?? 0);
  const dueAt = firstAttemptAt.getTime() + due + wait * jitter * random;
  const wantedAt = now.getTime() + Math.min(retryAfterMs, maxRetryAfterMs);
  return new Date(Math.max(dueAt, wantedAt, now.getTime() + second));
}
