import type { Alarm, MethodId } from "@whetstone/schemas/api";
import { describe, expect, test } from "vitest";
import { simulate, type ToyIteration } from "./testing.ts";
import type { Saying, ToyWorld } from "./toy-world.ts";

const answers = ["a", "b", "c", "d"];
/** Each answer in three wordings; one saying that is no answer. */
const sayings: Saying[] = [
  ...answers.flatMap((answer) => [0, 1, 2].map((wording) => ({ text: `${answer} ${wording}`, answer, tokens: 5 }))),
  { text: "???", answer: null, tokens: 5 },
];
const garbage = sayings.length - 1;

/** Topics in turn have the right answer as their likeliest, or as their second. */
const truth = ["a", "b", "c", "d", "a", "b"];
const start = truth.map((right, topic) => {
  const likely = topic % 3 === 0 ? right : (answers.find((answer) => answer !== right) ?? "a");
  const weights = sayings.map(({ answer }) => 0.02 + (answer === right ? 0.3 : 0) + (answer === likely ? 0.4 : 0));
  weights[garbage] = 0.05;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight, i) => (weight + (i === 1 ? 0.001 : 0)) / (total + 0.001));
});

type Proxy = ToyWorld["proxy"];
const honest: Proxy = (_, isCorrect, random) => (isCorrect ? 0.5 : -0.5) + 0.4 * (random() - 0.5);
const deceptive: Proxy = (_, isCorrect, random) => (isCorrect ? -0.5 : 0.5) + 0.4 * (random() - 0.5);
const constant: Proxy = () => 0.3;
const world = (proxy: Proxy, rest: Partial<ToyWorld> = {}): ToyWorld => ({
  sayings,
  truth,
  start,
  proxy,
  queries: 240,
  inertia: 0.1,
  ...rest,
});

const small: Record<Extract<MethodId, "b-star" | "pit" | "i-sheep" | "hq-clip-cycle">, Record<string, unknown>> = {
  "b-star": { queries: 120, samplesWanted: 400, draws: 8, tuningQueries: 60, reward: "noisy", addsVerdict: false },
  pit: { queries: 240, draws: 8, reward: "noisy", verifies: false },
  "i-sheep": { seeds: 60, generated: 240, answerTemperature: 1 },
  "hq-clip-cycle": { queries: 120, draws: 8 },
};
const rewarded = Object.keys(small) as (keyof typeof small)[];
const fatal = ({ alarms }: ToyIteration) => alarms.filter(({ isFatal }) => isFatal).map(({ code }) => code);

describe("every method that listens to a reward", () => {
  test.each(rewarded)("%s gets better, and in, when the reward is honest", (method) => {
    const [first, second] = simulate({ method, parameters: small[method], world: world(honest) });

    expect(first?.verdict.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(second?.monitors.verified.value).toBeGreaterThan(0.9);
  });

  test.each(rewarded)("%s is refused, every round, when the reward deceives", (method) => {
    const rounds = simulate({ method, parameters: small[method], world: world(deceptive), iterations: 3 });

    expect(rounds.map(({ isPromoted }) => isPromoted)).toEqual([false, false, false]);
    // PIT imitates what the task itself says is better, so it rises all the same; then the reward is seen to say the opposite.
    const why = method === "pit" ? "proxy-agrees" : "rises";
    const failed = rounds.map(({ verdict }) => verdict.checks.filter(({ passed }) => !passed).map(({ id }) => id));
    expect(failed.every((ids) => ids.includes(why))).toBe(true);
  });
});

/** Worlds whose reward likes something that is not the answer. */
const likesOne: Proxy = ({ text }) => (text === "a 0" ? 1 : -1);
const likes =
  (which: (saying: Saying) => boolean): Proxy =>
  (saying, isCorrect) =>
    which(saying) && !isCorrect ? 1 : -1;
const lengthy = sayings.map((saying, i) => ({ ...saying, tokens: [1, 6, 40][i % 3] ?? 6 }));

test.each<[Alarm["code"], ToyWorld, Record<string, unknown>?]>([
  ["diversity_collapsed", world(likesOne)],
  ["entropy_collapsed", world(likesOne, { inertia: 0.01 })],
  [
    "length_collapsed",
    world(
      likes(({ tokens }) => tokens === 1),
      { sayings: lengthy },
    ),
  ],
  [
    "length_exploded",
    world(
      likes(({ tokens }) => tokens === 40),
      { sayings: lengthy },
    ),
  ],
  ["garbage_output", world(likes(({ answer }) => answer === null))],
  ["reward_gamed", world(deceptive)],
  ["frozen_judge_disagrees", world(deceptive)],
  ["old_tasks_forgotten", world(deceptive)],
])("%s sounds by round 2 in a world that brings it about, and the gate hears it", (code, toy) => {
  const rounds = simulate({ method: "b-star", parameters: { ...small["b-star"], mode: "online-rft" }, world: toy });

  expect(rounds.flatMap(fatal)).toContain(code);
  expect(rounds.some(({ isPromoted }) => isPromoted)).toBe(false);
});

test("a policy that says one thing alone is seen to have collapsed", () => {
  const collapsed = start.map((chances) => chances.map((_, i) => Number(i === 3)));

  const [round] = simulate({
    method: "b-star",
    parameters: small["b-star"],
    world: world(honest, { start: collapsed }),
    iterations: 1,
  });

  expect(round?.alarms.map(({ code }) => code)).toContain("diversity_collapsed");
  expect(round?.monitors.passAtK.find(({ atLeast }) => atLeast === 2)?.value).toBe(0);
  // One content a query at most: its balance is 1 of the 4 that are wanted.
  expect(round?.decisions["balanceScore"]).toBeLessThanOrEqual(1 / 4);
});

test("nothing kept leaves the weights as they are, and says so", () => {
  const parameters = { ...small["b-star"], mode: "online-rft", threshold: 9 };

  const [round] = simulate({ method: "b-star", parameters, world: world(honest), iterations: 1 });

  expect(round?.candidate).toBe(start);
  expect(round?.alarms.map(({ code }) => code)).toContain("nothing_kept");
});

test.each(["b-star", "pit", "hq-clip-cycle"] as const)(
  "%s says that a reward which is the same for all chooses nothing",
  (method) => {
    const [round] = simulate({ method, parameters: small[method], world: world(constant), iterations: 1 });

    expect(round?.alarms.map(({ code }) => code)).toContain("no_gradient");
  },
);

test("I-SHEEP that answers greedily can learn no answer but its first", () => {
  const parameters = { ...small["i-sheep"], answerTemperature: 0 };

  const rounds = simulate({ method: "i-sheep", parameters, world: world(honest) });

  expect(rounds.map(({ monitors }) => monitors.verified.value)).toEqual([1 / 3, 1 / 3]);
});

test("the noisier the reward, the less the best rewarded is right, down to chance", () => {
  const best = [0, 1, 100].map((size) => {
    const noisy: Proxy = (_, isCorrect, random) => Number(isCorrect) + size * (random() + random() + random() - 1.5);
    const parameters = { ...small["b-star"], mode: "online-rft", threshold: 1e3 };
    const [round] = simulate({ method: "b-star", parameters, world: world(noisy, { queries: 600 }), iterations: 1 });
    return round?.monitors.rewardAtK.find(({ atLeast }) => atLeast === 1)?.value ?? 0;
  });

  expect(best).toEqual(best.toSorted((a, b) => b - a));
  const accuracy = start.map((chances, topic) =>
    chances.reduce((sum, chance, i) => sum + (sayings[i]?.answer === truth[topic] ? chance : 0), 0),
  );
  const chance = accuracy.reduce((sum, value) => sum + value, 0) / accuracy.length;
  expect(Math.abs((best[2] ?? 0) - chance)).toBeLessThan(0.05);
});

describe("sharpening a table", () => {
  const one = (chances: number[]): ToyWorld => ({
    ...world(constant, { queries: 1000, inertia: 0 }),
    sayings: chances.map((_, i) => ({ text: `s${i}`, answer: `s${i}`, tokens: 1 })),
    truth: ["s0"],
    start: [chances],
  });
  const parameters = { queries: 1000, probeQueries: 0 };
  const run = (chances: number[], rest: Record<string, unknown>, iterations = 1) =>
    simulate({
      method: "sharpening",
      parameters: { ...parameters, ...rest },
      world: one(chances),
      iterations,
      isOpen: true,
    });
  const massOf = (round: ToyIteration | undefined) => round?.candidate[0]?.[0] ?? 0;

  test("puts as much on the likeliest as best-of-5 wins", () => {
    // 1 - 0.6^5, less four deviations.
    expect(massOf(run([0.4, 0.35, 0.25], { draws: 5 })[0])).toBeGreaterThan(0.888);
  });

  test("twice by best-of-4 is once by best-of-16", () => {
    expect(massOf(run([0.4, 0.35, 0.25], { draws: 4 }, 2)[1])).toBeGreaterThan(0.995);
  });

  test("by adaptive drawing finds the likeliest with all but delta", () => {
    expect(massOf(run([0.4, 0.35, 0.25], { variant: "adaptive", delta: 0.1, wave: 8 })[0])).toBeGreaterThan(0.95);
  });

  test("never says what it could not say before, nor changes its first answer", () => {
    const [round] = run([0.5, 0.3, 0.2, 0], { draws: 4 });

    expect(round?.candidate[0]?.[3]).toBe(0);
    expect(round?.monitors.verified.value).toBe(1);
  });

  test("is refused at the start where the model prefers what is wrong", () => {
    const backwards = { ...one([0.3, 0.7]), queries: 100 };

    const [round] = simulate({
      method: "sharpening",
      parameters: { queries: 100, draws: 4, probeQueries: 100 },
      world: backwards,
      iterations: 1,
    });

    expect(fatal(round as ToyIteration)).toContain("self_reward_uninformative");
    expect(round?.candidate).toBe(backwards.start);
  });
});
