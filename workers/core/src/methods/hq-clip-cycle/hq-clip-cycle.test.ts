import { expect, test } from "vitest";
import { findMethod } from "../index.ts";
import { makeTable } from "../testing.ts";

const method = findMethod("hq-clip-cycle");
const context = { parameters: method.parse({}), iteration: 1, seed: 3, done: [] };

test("the refiner's lessons are the texts that fit best, of the images that are fitted best", () => {
  const draw = makeTable([
    { query_id: "a", text: "a1", answer: "a1", reward: 0.2 },
    { query_id: "a", text: "a2", answer: "a2", reward: 0.4 },
    { query_id: "b", text: "b1", answer: "b1", reward: 0.3 },
    { query_id: "c", text: "c1", answer: null, reward: 0.9 },
    { query_id: "d", text: "d1", answer: "d1", reward: -0.1 },
  ]);

  const { training, verdicts } = method.findReducer("select")(
    { draw },
    { ...context, parameters: method.parse({ keptShare: 0.25 }) },
  );

  expect(training.map(({ target }) => target)).toEqual(["a2"]);
  expect(verdicts["draw"]).toEqual(["not_best", "kept", "over_cap", "unparsed", "below_threshold"]);
});

test("CLIP's pairs mix refined and raw texts at the share asked for, the same with the same seed", () => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({
    query_id: `q${i}`,
    sample_idx: -1,
    text: "new",
    answer: "new",
    draft: "old",
  }));
  const refine = makeTable(rows);
  const pair = (rawShare: number) =>
    method.findReducer("pair")({ refine }, { ...context, parameters: method.parse({ rawShare }) }).training;

  const raw = pair(0.3).filter(({ source }) => source === "raw");

  expect(raw.length).toBeGreaterThan(240);
  expect(raw.length).toBeLessThan(360);
  expect(raw.every(({ target }) => target === "old")).toBe(true);
  expect(pair(0.3)).toEqual(pair(0.3));
  expect(pair(0).every(({ target }) => target === "new")).toBe(true);
});

test("the circle: refiner first, then CLIP on what it now writes", () => {
  const names: string[] = [];
  const done: { step: NonNullable<ReturnType<typeof method.next>>; summary: Record<string, unknown> }[] = [];
  for (;;) {
    const step = method.next({ parameters: context.parameters, iteration: 1, seed: 0, done, earlier: [] });
    if (!step) break;
    names.push(`${step.name} ${step.kind === "reduce" ? "" : step.slot}`.trim());
    done.push({ step, summary: { kept: 5, paired: 5 } });
  }

  expect(names).toEqual(["draw policy", "select", "learn policy", "refine policy", "pair", "learn-clip clip"]);
});
