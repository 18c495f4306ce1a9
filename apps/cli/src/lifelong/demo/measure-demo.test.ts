import { expect, test } from "vitest";
import { describeDemo } from "./describe-demo.ts";
import { toAccuracyMatrix } from "./measure-demo.ts";

test("a lifetime's matrix has its tasks in the order learned, and its last round only", () => {
  const matrix = toAccuracyMatrix({
    scenario: "dispersed",
    seed: 0,
    tasks: ["a", "b"],
    learned: ["a", "b", "b", "a"],
    matrix: [
      [0.5, 0.5],
      [0.6, 0.5],
      [0.6, 0.7],
      [0.5, 0.8],
      [0.9, 0.75],
    ],
  });

  expect(matrix).toEqual({
    tasks: ["b", "a"],
    baseline: [0.7, 0.6],
    scores: [
      [0.8, 0.5],
      [0.75, 0.9],
    ],
  });
});

test("the table says in words what it does not show", () => {
  const mean = (value: number) => ({ mean: value, interval: null, count: 1 });
  const row = (learner: string, ACC: number, forgetting: number) => ({
    scenario: "condensed",
    learner,
    seeds: 1,
    figures: { ACC: mean(ACC), forgetting: mean(forgetting) },
  });

  const text = describeDemo({
    protocol: "task",
    rows: [row("naive", 0.6, 0.2), row("ewc", 0.6, 0.25), row("replay", 0.75, 0.1), row("joint", 0.8, 0)],
  });

  expect(text).toContain("seen: naive fine-tuning forgets");
  expect(text).toContain("NOT SEEN: EWC forgets less");
  expect(text).toContain("seen: replay forgets less");
  expect(text).toContain("seen: joint has the highest accuracy");
});
