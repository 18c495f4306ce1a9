import { describe, expect, test } from "vitest";
import { findMethod } from "../index.ts";
import { makeTable } from "../testing.ts";
import { partOf } from "./part-of.ts";
import { advantagesOf } from "./reducers.ts";

const method = findMethod("pit");
const context = { parameters: method.parse({}), iteration: 1, seed: 0, done: [] };
const idIn = (part: string) => Array.from({ length: 50 }, (_, i) => `q${i}`).find((id) => partOf(id) === part) ?? "";

test("three parts, none above another by much", () => {
  const counts = Map.groupBy(
    Array.from({ length: 3000 }, (_, i) => `query-${i}`),
    partOf,
  );

  expect([...counts.values()].map(({ length }) => length).every((count) => count > 900 && count < 1100)).toBe(true);
});

test("advantages are GRPO's, by the population's deviation; all equal are exactly 0", () => {
  const reference = [1.7461, 1.0476, -0.3492, -1.327, 0.2095, 0.4889, -1.0476, -0.7683];

  expect(advantagesOf([2, 1.5, 0.5, -0.2, 0.9, 1.1, 0, 0.2]).map((a) => Number(a.toFixed(4)))).toEqual(reference);
  expect(advantagesOf([0.3, 0.3, 0.3])).toEqual([0, 0, 0]);
});

describe("preferences", () => {
  const of = (query: string) => [
    { query_id: query, text: "bad", key: "bad", correct: false, reward: 0.9 },
    { query_id: query, text: "good", key: "good", correct: true, reward: 0.1 },
    { query_id: query, text: "worst", key: "worst", correct: false, reward: 0.2 },
  ];
  const draft = makeTable(["imitate", "judge", "improve"].flatMap((part) => of(idIn(part))));

  test("put a right text over a wrong one, whatever the reward, each part to its own use", () => {
    const [imitate, judge, drafts] = ["imitate", "judge", "drafts"].map(
      (name) => method.findReducer(name)({ draft }, context).training,
    );

    expect(imitate).toEqual([{ query_id: idIn("imitate"), prompt: "", draft: "worst", target: "good" }]);
    expect(judge).toMatchObject([{ query_id: idIn("judge"), target: "good", rejected: "worst" }]);
    // Both texts of a preference are drafts to be improved.
    expect(drafts).toMatchObject([
      { query_id: `${idIn("improve")}#0`, draft: "worst", source: "wrong" },
      { query_id: `${idIn("improve")}#1`, draft: "good", source: "right" },
    ]);
  });

  test("are none where all is the same", () => {
    const same = makeTable(
      [0, 1, 2].map((i) => ({ query_id: idIn("judge"), text: `${i}`, correct: false, reward: 0.01 * i })),
    );

    expect(method.findReducer("judge")({ draft: same }, context).training).toEqual([]);
  });
});

test("an improvement is learnt if it widens the gap and damages nothing; what it mended and damaged is told", () => {
  const draft = makeTable([
    { query_id: "a", text: "wrong", correct: false },
    { query_id: "b", text: "right", correct: true },
  ]);
  const improved = makeTable([
    { query_id: "a#0", draft: "wrong", text: "right", correct: true, reward: 0.5 },
    { query_id: "a#0", draft: "wrong", text: "still wrong", correct: false, reward: 0.7, sample_idx: 1 },
    { query_id: "b#1", draft: "right", text: "broken", correct: false, reward: 0.9 },
    { query_id: "b#1", draft: "right", text: "right", correct: true, reward: -0.1, sample_idx: 1 },
  ]);
  const accept = method.findReducer("accept");
  const tables = { "improve-0": improved, draft };

  const rejection = accept(tables, context);
  const dpo = accept(tables, { ...context, parameters: method.parse({ objective: "dpo" }) });

  expect(rejection.training).toEqual([{ query_id: "a#0", prompt: "", draft: "wrong", target: "still wrong" }]);
  expect(rejection.verdicts["improve-0"]).toEqual(["no_gain", "kept", "damaged", "no_gain"]);
  expect(rejection.summary.decisions).toEqual({ "mended-0": 0.25, "damaged-0": 0.25 });
  expect(dpo.training.map((row) => [row.target, row.rejected])).toEqual([
    ["still wrong", "right"],
    ["broken", "right"],
  ]);
});

test("both stages learn one after the other, the second from drafts drawn now", () => {
  const steps: string[] = [];
  const done: { step: NonNullable<ReturnType<typeof method.next>>; summary: Record<string, unknown> }[] = [];
  for (;;) {
    const step = method.next({ parameters: context.parameters, iteration: 1, seed: 0, done, earlier: [] });
    if (!step) break;
    steps.push(step.kind === "learn" ? `${step.name} from ${step.after ?? step.learning.from}` : step.name);
    done.push({ step, summary: { kept: 10 } });
  }

  expect(steps).toEqual([
    "draft",
    "to-imitate",
    "imitate from current",
    "to-judge",
    "judge from none",
    "drafts",
    "improve-0",
    "accept-0",
    "learn-0 from imitate",
    "own",
    "own-drafts",
    "improve-1",
    "accept-1",
    "learn-1 from learn-0",
  ]);
});
