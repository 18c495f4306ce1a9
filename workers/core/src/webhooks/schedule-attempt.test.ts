import { expect, test } from "vitest";
import { scheduleAttempt } from "./schedule-attempt.ts";

const firstAttemptAt = new Date("2026-01-01T00:00:00Z");
const at = (seconds: number) => new Date(firstAttemptAt.getTime() + seconds * 1000);

test("tries are due after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours, and then no more", () => {
  const due = Array.from({ length: 10 }, (_, i) =>
    scheduleAttempt({ attempts: i + 1, firstAttemptAt, now: firstAttemptAt, random: 0 }),
  );

  expect(due).toEqual([
    ...[5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => at(seconds)),
    null,
  ]);
});

test("jitter only ever lengthens a wait, by a tenth at most", () => {
  const next = (random: number) => scheduleAttempt({ attempts: 2, firstAttemptAt, now: at(5), random });

  expect(next(0)).toEqual(at(300));
  expect(next(1)).toEqual(at(300 + 29.5));
});

test("a receiver's wish to wait is honoured up to a day, and one that is long past is not a reason to hurry", () => {
  const next = (retryAfterMs: number, now: Date) =>
    scheduleAttempt({ attempts: 1, firstAttemptAt, now, retryAfterMs, random: 0 });

  expect(next(60_000, at(1))).toEqual(at(61));
  expect(next(1e12, at(0))).toEqual(at(86_400));
  expect(next(0, at(100))).toEqual(at(101));
});
