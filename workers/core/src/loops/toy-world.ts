import type { Reward } from "@whetstone/schemas/tasks";
import type { z } from "zod";
import type { SampleTable, Step } from "../methods/method.ts";
import { makeTable, type TestRow } from "../methods/testing.ts";

/** Something a toy policy may say; `answer` is null where nobody can make sense of it. */
export interface Saying {
  text: string;
  answer: string | null;
  tokens: number;
}

/** Chances of each saying, topic by topic: the exact test bed. */
export type Table = readonly (readonly number[])[];

export interface ToyWorld {
  sayings: readonly Saying[];
  /** Of each topic: the right answer. Queries take topics in turn. */
  truth: readonly string[];
  start: Table;
  /** What stands for a reward model, a margin, a gap or a grade: from the saying and whether it is right. */
  proxy(saying: Saying, isCorrect: boolean, random: () => number): number;
  queries: number;
  /** Share of the old table that learning leaves; 0 is the exact law: the frequency of what was learnt. */
  inertia: number;
}

export type ToyRow = { query_id: string; target: string; draft?: string | null; source?: string | null };
type SampleStep = Extract<Step, { kind: "sample" }>;

const queryOf = (id: string): string => id.split("#")[0] ?? id;

function topicOf({ truth }: ToyWorld, queryId: string): number {
  return Number(queryOf(queryId).split("-").at(-1)) % truth.length;
}

/** Draws as a runner would, from a table instead of a model. */
export function drawFrom(
  world: ToyWorld,
  {
    weights,
    base,
    step,
    rows,
    random,
  }: { weights: Table; base: Table; step: SampleStep; rows?: readonly ToyRow[] | undefined; random: () => number },
): SampleTable {
  const { draw, score } = step;
  const count = draw.queries ?? world.queries;
  const queries: readonly ToyRow[] =
    rows ??
    Array.from({ length: count }, (_, i) => ({ query_id: `${draw.split}-${(draw.offset ?? 0) + i}`, target: "" }));
  const table = queries.flatMap((query) => {
    const topic = topicOf(world, query.query_id);
    const say = (index: number, place: { sample_idx: number; temperature: number }): TestRow => {
      const saying = world.sayings[index] ?? { text: "", answer: null, tokens: 0 };
      const isCorrect = saying.answer === world.truth[topic];
      const [logProb, baseLogProb] = [weights, base].map((each) => Math.log(each[topic]?.[index] ?? 0));
      const verdict = { text: saying.text, answer: saying.answer, tokens: saying.tokens, correct: isCorrect };
      const reward = rewardOf(score.reward, {
        proxy: () => world.proxy(saying, isCorrect, random),
        isCorrect,
        baseLogProb: baseLogProb ?? 0,
        tokens: saying.tokens,
      });
      const own = {
        query_id: query.query_id,
        slice: `topic-${topic}`,
        draft: query.draft ?? null,
        log_prob: logProb ?? 0,
        base_log_prob: baseLogProb ?? 0,
      };
      const added = score.addsVerdict ? Number(isCorrect) : 0;
      return {
        ...own,
        ...verdict,
        ...place,
        reward: reward + added,
        ...special(world, { draw, query, place, random }),
      };
    };
    const chances = weights[topic] ?? [];
    const drawn = (draw.temperatures ?? [1]).flatMap((temperature) =>
      Array.from({ length: draw.count }, (_, sample_idx) =>
        say(pick(heat(chances, temperature), random), { sample_idx, temperature }),
      ),
    );
    const greedy = draw.greedy ? [say(chances.indexOf(Math.max(...chances)), { sample_idx: -1, temperature: 0 })] : [];
    return [...greedy, ...drawn];
  });
  return makeTable(table);
}

/** Forms in which the policy does not say an answer: new instructions, and grades that are the proxy's. */
function special(
  world: ToyWorld,
  {
    draw,
    query,
    place,
    random,
  }: { draw: SampleStep["draw"]; query: ToyRow; place: { sample_idx: number }; random: () => number },
): TestRow {
  if (draw.form === "instruct") return { text: `please say what ${query.query_id} is, time ${place.sample_idx}` };
  if (draw.form !== "grade") return {};
  const saying = world.sayings.find(({ text }) => text === query.draft);
  const isCorrect = saying?.answer === world.truth[topicOf(world, query.query_id)];
  return { text: saying && world.proxy(saying, isCorrect, random) > 0 ? "10||good" : "1||bad" };
}

function rewardOf(
  reward: z.input<typeof Reward>,
  {
    proxy,
    isCorrect,
    baseLogProb,
    tokens,
  }: { proxy: () => number; isCorrect: boolean; baseLogProb: number; tokens: number },
): number {
  if (reward.kind === "none") return Number.NaN;
  if (reward.kind === "verdict") return Number(isCorrect);
  if (reward.kind === "log-probability") return reward.normalised ? baseLogProb / tokens : baseLogProb;
  return proxy();
}

/** The exact law of supervised learning on a table: the frequency of what was learnt, where anything was. */
export function learnInto(world: ToyWorld, weights: Table, rows: readonly ToyRow[]): Table {
  const counts = weights.map((chances) => chances.map(() => 0));
  for (const { query_id, target } of rows) {
    const topic = counts[topicOf(world, query_id)];
    const index = world.sayings.findIndex(({ text }) => text === target);
    if (topic && index >= 0) topic[index] = (topic[index] ?? 0) + 1;
  }
  return weights.map((chances, topic) => {
    const total = counts[topic]?.reduce((sum, count) => sum + count, 0) ?? 0;
    if (total === 0) return chances;
    return chances.map(
      (chance, i) => world.inertia * chance + ((1 - world.inertia) * (counts[topic]?.[i] ?? 0)) / total,
    );
  });
}

function heat(chances: readonly number[], temperature: number): number[] {
  const powers = chances.map((chance) => chance ** (1 / Math.max(temperature, 0.01)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function pick(chances: readonly number[], random: () => number): number {
  let left = random();
  const index = chances.findIndex((chance) => (left -= chance) < 0);
  return index < 0 ? chances.length - 1 : index;
}
