import { expect, test } from "vitest";
import { findMethod } from "../index.ts";
import { makeTable } from "../testing.ts";
import { cleanPlan } from "./clean-plan.ts";

const method = findMethod("sra-mcts");
const context = { parameters: method.parse({ minWords: 2 }), iteration: 1, seed: 0, done: [] };
const words = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(" ");

test("a plan needs its words, and code is none", () => {
  expect(cleanPlan(words(19), 20)).toBeNull();
  expect(cleanPlan(words(20), 20)).toBe(words(20));
  expect(cleanPlan(`${words(19)} \`\`\`python\nprint(1)\n\`\`\``, 20)).toBeNull();
  expect(cleanPlan("```", 0)).toBeNull();
});

test("plans become drafts of programs, and the search's calls are counted", () => {
  const search = makeTable([
    { query_id: "a", text: "step 1: count cats", extra: JSON.stringify({ calls: 13, finishRound: 2 }) },
    { query_id: "b", text: "no", extra: "not json" },
  ]);

  const { training, verdicts, summary } = method.findReducer("plans")({ search }, context);

  expect(training).toEqual([{ query_id: "a", prompt: "a?", target: "", draft: "step 1: count cats" }]);
  expect(verdicts["search"]).toEqual(["planned", "too_short"]);
  expect(summary).toMatchObject({ planned: 1, calls: 13, finished: 1 });
});

test("only what runs to the right answer is learnt, with its plan or without", () => {
  const translate = makeTable([
    { query_id: "a", prompt: "translate a?", text: "<program> things | count", draft: "count all", correct: true },
    { query_id: "b", text: "<program> 1", draft: "guess", correct: false },
  ]);
  const search = makeTable([
    { query_id: "a", prompt: "a?", text: "count all" },
    { query_id: "b", prompt: "b?", text: "guess" },
  ]);
  const learnt = (parameters: Record<string, unknown>) =>
    method.findReducer("keep")({ translate, search }, { ...context, parameters: method.parse(parameters) }).training;
  const targets = (parameters: Record<string, unknown>) => learnt(parameters).map(({ target }) => target);

  // As the answer to the question alone, not to the request for a program.
  expect(learnt({}).map(({ prompt }) => prompt)).toEqual(["a?"]);
  expect(targets({})).toEqual(["count all\n<program> things | count"]);
  expect(targets({ learns: "program" })).toEqual(["<program> things | count"]);
  expect(targets({ filtersByVerdict: false })).toHaveLength(2);
});

test("the baselines draw as many programs as a search makes calls, or one chain of thought", () => {
  const first = (mode: string) =>
    method.next({ parameters: method.parse({ mode }), iteration: 1, seed: 0, done: [], earlier: [] });

  expect(first("search")).toMatchObject({ draw: { form: "search", options: { rounds: 2, branch: 3, unvisited: 8 } } });
  expect(first("best-of-n")).toMatchObject({
    draw: { form: "strategy", count: 13, options: { strategies: ["program"] } },
  });
  expect(first("steps")).toMatchObject({ draw: { form: "strategy", count: 1, options: { strategies: ["steps"] } } });
});
