import { describe, expect, test } from "vitest";
import { createRandom } from "../../statistics/create-random.ts";
import { findMethod } from "../index.ts";
import type { SampleTable, Step } from "../method.ts";
import { makeTable, type TestRow } from "../testing.ts";

const method = findMethod("smart");
const ways = ["steps", "questions", "program"];

/** A policy that can't tell queries apart: shares of ways, and how often each is right. */
interface Population {
  shares: readonly number[];
  rates: readonly number[];
}

function draw(weights: readonly number[], random: () => number): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  return index < 0 ? weights.length - 1 : index;
}

function tryOnce(
  { shares, rates }: Population,
  { query, used, random }: { query: string; used: string; random: () => number },
): TestRow {
  const way = draw(
    shares.map((share, i) => (used.split(" ").includes(ways[i] ?? "") ? 0 : share)),
    random,
  );
  return { query_id: query, text: `<${ways[way]}>`, strategy: ways[way] ?? "", correct: random() < (rates[way] ?? 0) };
}

/** One round through the method's own plan and reducers; learning is the frequency of ways among the rows kept. */
function playRound(population: Population, { attempts, random }: { attempts: number; random: () => number }) {
  const parameters = method.parse({ queries: 8000, attempts });
  const tables: Record<string, SampleTable> = {};
  const left: Record<string, { query_id: string; source?: string | null }[]> = {};
  const done: { step: Step; summary: Record<string, unknown> }[] = [];
  for (;;) {
    const step = method.next({ parameters, iteration: 1, seed: 0, done, earlier: [] });
    if (!step || step.kind === "learn") throw new Error("a round keeps before it learns");
    if (step.kind === "sample") {
      const queries = step.rows
        ? (left[step.rows] ?? [])
        : Array.from({ length: 8000 }, (_, i) => ({ query_id: `q${i}`, source: "" }));
      tables[step.name] = makeTable(
        queries.map((query) => tryOnce(population, { query: query.query_id, used: query.source ?? "", random })),
      );
      done.push({ step, summary: {} });
      continue;
    }
    const read = Object.fromEntries(step.reads.map((name) => [name, tables[name]])) as Record<string, SampleTable>;
    const { training, summary } = method.findReducer(step.reducer)(read, { parameters, iteration: 1, seed: 0, done });
    if (step.name === "keep") {
      const shares = ways.map((way) => training.filter(({ target }) => target === `<${way}>`).length / training.length);
      return { shares, solved: training.length / 8000, summary };
    }
    left[step.name] = training;
    done.push({ step, summary });
  }
}

describe("a population that can't tell queries apart follows the laws", () => {
  test.each([
    { attempts: 1, shares: [0.292683, 0.585366, 0.121951], yielded: 0.41 },
    { attempts: 2, shares: [0.172795, 0.683009, 0.144196], yielded: 0.792571 },
  ])("with $attempts attempts", ({ attempts, shares, yielded }) => {
    const round = playRound(
      { shares: [0.6, 0.3, 0.1], rates: [0.2, 0.8, 0.5] },
      { attempts, random: createRandom(11) },
    );

    expect(Math.abs(round.solved - yielded)).toBeLessThan(0.015);
    for (const [i, share] of shares.entries()) expect(Math.abs((round.shares[i] ?? 0) - share)).toBeLessThan(0.02);
    expect(round.summary).toMatchObject({ decisions: { firstAccuracy: expect.closeTo(0.41, 1) } });
  });

  test("a way that never works is gone after one round", () => {
    const round = playRound(
      { shares: [0.6, 0.3, 0.1], rates: [0, 0.8, 0.5] },
      { attempts: 3, random: createRandom(5) },
    );

    expect(round.shares[0]).toBe(0);
  });
});

test("the try that worked is learnt as a first answer to the query alone", () => {
  const outcomes = { a: [1, 1, 0], b: [0, 1, 0], c: [0, 0, 1], d: [0, 0, 0] };
  const tried = (attempt: number) =>
    makeTable(
      Object.entries(outcomes)
        .filter(([, rights]) => attempt === 0 || !rights.slice(0, attempt).includes(1))
        .map(([query, rights]) => ({
          query_id: attempt === 0 ? query : `${query}#0`,
          prompt: `${query}?`,
          text: `<${ways[attempt]}> ${query}`,
          strategy: ways[attempt] ?? "",
          correct: rights[attempt] === 1,
        })),
    );
  const tables = { "try-1": tried(0), "try-2": tried(1), "try-3": tried(2) };
  const context = { parameters: method.parse({}), iteration: 1, seed: 0, done: [] };

  const open = method.findReducer("failed")({ "try-1": tables["try-1"], "try-2": tables["try-2"] }, context);
  const kept = method.findReducer("keep")(tables, context);
  const later = method.findReducer("keep")(tables, {
    ...context,
    parameters: method.parse({ refinedRounds: 1 }),
    iteration: 2,
  });

  expect(open.training.map((row) => [row.query_id, row.source])).toEqual([
    ["c#0", "steps questions"],
    ["d#0", "steps questions"],
  ]);
  expect(kept.training).toEqual([
    { query_id: "a", prompt: "a?", target: "<steps> a", source: "first" },
    { query_id: "b", prompt: "b?", target: "<questions> b", source: "refined" },
    { query_id: "c", prompt: "c?", target: "<program> c", source: "refined" },
  ]);
  expect(later.training.map(({ target }) => target)).toEqual(["<steps> a"]);
  expect(kept.summary.decisions).toMatchObject({ firstAccuracy: 0.25, solvedShare: 0.75, callsPerQuery: 9 / 4 });
});
