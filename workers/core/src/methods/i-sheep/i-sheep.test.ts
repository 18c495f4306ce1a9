import { describe, expect, test } from "vitest";
import { findMethod } from "../index.ts";
import type { Step } from "../method.ts";
import { makeTable } from "../testing.ts";
import { parseGrade } from "./parse-grade.ts";
import { type BarRule, passesBar } from "./passes-bar.ts";

const method = findMethod("i-sheep");
const context = { parameters: method.parse({}), iteration: 1, seed: 0, done: [] };

test.each([
  ["10||clear", 10],
  ["<8>||ok", 8],
  ["8 || fine", 8],
  ["9", 9],
  ["8.5||good", 8.5],
  ["11||x", null],
  ["0||bad", null],
  ["eleven||x", null],
  ["Score: 9||x", null],
])("the grade of %j is %j", (reply, grade) => {
  expect(parseGrade(reply)).toBe(grade);
});

const graded: [number | null, number][] = [
  [10, 10],
  [10, 7],
  [8, 8],
  [9, 8],
  [10, 2],
  [8, 5],
  [2, 9],
  [null, 10],
];
test.each<[BarRule, number[]]>([
  ["average", [1, 1, 0, 1, 0, 0, 0, 0]],
  ["min", [1, 0, 0, 0, 0, 0, 0, 0]],
  ["quality", [1, 1, 0, 1, 1, 0, 0, 0]],
  ["following", [1, 0, 0, 0, 0, 0, 1, 0]],
  ["none", [1, 1, 1, 1, 1, 1, 1, 1]],
])("the bar of 8 by %s keeps the reference's rows", (rule, kept) => {
  const passes = graded.map(([quality, following]) =>
    Number(passesBar({ quality, following }, { rule, threshold: 8 })),
  );

  expect(passes).toEqual(kept);
});

test("kept sets are nested as the bar rises; at 10 it keeps nothing", () => {
  const keptAt = (threshold: number) =>
    graded.filter(([quality, following]) => passesBar({ quality, following }, { rule: "average", threshold })).length;
  const sizes = [0, 2, 4, 6, 8, 9, 10].map(keptAt);

  expect(sizes[0]).toBe(7);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect(sizes.at(-1)).toBe(0);
});

describe("a round", () => {
  const reply = (query: string, text: string, prompt = "") => ({ query_id: query, sample_idx: -1, text, prompt });

  test("screens what it invents", () => {
    const invent = makeTable([
      { text: "count the red things here" },
      { text: "Count  the red things here" },
      { text: "why" },
      { text: "name the animals above the car" },
    ]);

    const { verdicts, training } = method.findReducer("screen")({ invent }, context);

    expect(verdicts["invent"]).toEqual(["kept", "duplicate", "length", "kept"]);
    expect(training.map((row) => row.query_id)).toEqual(["q1#0", "q1#3"]);
  });

  test("learns what it grades high, and tells what it could not grade", () => {
    const answer = makeTable([
      reply("a#0", "4", "how many?"),
      reply("b#0", "5", "how many cats?"),
      reply("c#0", "x", "what is it?"),
    ]);
    const quality = makeTable([reply("a#0", "10||right"), reply("b#0", "4||wrong"), reply("c#0", "well")]);
    const following = makeTable([reply("a#0", "9||yes"), reply("b#0", "9||yes"), reply("c#0", "9||yes")]);
    const frozen = makeTable([reply("a#0", "5||so so"), reply("b#0", "4||wrong")]);
    const tables = { answer, "grade-quality": quality, "grade-following": following, "frozen-grade": frozen };

    const { verdicts, training, summary } = method.findReducer("keep")(tables, context);

    expect(verdicts["answer"]).toEqual(["kept", "below_threshold", "ungraded"]);
    expect(training).toEqual([{ query_id: "a#0", prompt: "how many?", target: "4" }]);
    expect(summary).toMatchObject({
      kept: 1,
      drawn: 3,
      ungradedShare: 1 / 3,
      decisions: { meanGrade: 7, gradeDrift: 2.5 },
    });
    expect(summary.alarms).toMatchObject([{ code: "frozen_judge_disagrees", isFatal: true }]);
  });

  test("a grader that always says 10 is no filter", () => {
    const answer = makeTable(["a#0", "b#0"].map((query) => reply(query, "yes", "is it so?")));
    const grades = makeTable(["a#0", "b#0"].map((query) => reply(query, "10||")));
    const tables = { answer, "grade-quality": grades, "grade-following": grades };

    const none = method.findReducer("keep")({ answer }, { ...context, parameters: method.parse({ rule: "none" }) });

    expect(method.findReducer("keep")(tables, context).training).toEqual(none.training);
  });

  test.each([
    ["one-base", "base", false],
    ["one-last", "current", false],
    ["total-base", "base", true],
  ])("%s learns from %s weights", (style, from, pooled) => {
    const names = ["invent", "screen", "answer", "keep"];
    const done = names.map((name) => ({
      step: { name, kind: "reduce", reducer: name, reads: [] } as Step,
      summary: { kept: 3 },
    }));
    const step = method.next({
      parameters: method.parse({ style, rule: "none" }),
      iteration: 2,
      seed: 0,
      done,
      earlier: [],
    });

    expect(step).toMatchObject({ kind: "learn", pooled, learning: { from } });
  });
});
