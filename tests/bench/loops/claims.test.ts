import { expect, test } from "vitest";
import { judgeClaims, verdictOf } from "./claims.ts";
import type { Outcome } from "./run-arm.ts";
import type { Measured } from "./tabulate.ts";

const outcome = (first: number, last: number): Outcome => ({
  points: [first, last].map((greedy, iteration) => ({
    iteration,
    status: "promoted",
    greedy,
    sampled: greedy,
    passAtK: greedy,
    distinct: null,
    duplicateRate: 0,
    meanReward: null,
    decisions: {},
    alarms: [],
  })),
  promoted: 1,
  outcome: "succeeded",
  reason: "",
  samples: 1,
  tokens: 1,
  seconds: 1,
});

const arm = (name: string, isBaseline: boolean, seeds: Outcome[]): Measured => ({
  arm: { method: "smart", bed: "table", name, isBaseline, recipe: { bed: "table" } as Measured["arm"]["recipe"] },
  seeds,
});

test.each([
  [[0.1, 0.11, 0.12], "seen"],
  [[-0.1, -0.11, -0.12], "opposite"],
  [[0.1, -0.1, 0.3], "not seen here"],
  // One seed says nothing of the next.
  [[0.5], "not seen here"],
  [[0, 0, 0], "not seen here"],
] as const)("differences of %j over seeds are %s", (differences, verdict) => {
  expect(verdictOf(differences)).toBe(verdict);
});

test("a claim is told by the seeds both arms have, and one whose baseline was not run is not told", () => {
  const own = arm("smart", false, [outcome(0.4, 0.6), outcome(0.4, 0.61), outcome(0.4, 0.62)]);
  const random = arm("random switch", true, [outcome(0.4, 0.7), outcome(0.4, 0.72)]);

  const lines = judgeClaims([own, random]);

  expect(lines).toEqual([
    expect.stringContaining("seen: smart on table: first tries rise (+21.0 ± 2.5 points, 3 seeds)"),
    expect.stringMatching(/^opposite: .*at random \(-10\.5 ± 6\.4 points, 2 seeds\)$/),
  ]);
});
