import { GateSettings, type Monitors } from "@whetstone/schemas/api";
import { describe, expect, test } from "vitest";
import type { SampleTable } from "../methods/method.ts";
import { makeTable, type TestRow } from "../methods/testing.ts";
import { learningAlarms, soundAlarms } from "./alarms.ts";
import { judge } from "./gate.ts";
import { monitor } from "./monitors.ts";

const settings = GateSettings.parse({});
const measure = { settings: { count: 4, atLeast: [1, 2] }, first: null, keptShare: null };

/** 100 queries, 50 a slice, of which the first `right` of each slice are right when asked greedily. */
function asked(
  right: number,
  options: { left?: number; draws?: (query: number) => TestRow[]; reward?: number } = {},
): SampleTable {
  const rows = Array.from({ length: 100 }, (_, query) => {
    const isRight = query % 50 < (query < 50 ? right : (options.left ?? right));
    const shared = {
      query_id: `q${String(query).padStart(3, "0")}`,
      slice: query < 50 ? "count" : "compare",
      tokens: 5,
      log_prob: -2,
    };
    const draws =
      options.draws?.(query) ??
      ["a", "b", "c", "d"].map((text, i) => ({ text, answer: text, correct: i === 0 && isRight, reward: i }));
    const greedy = {
      text: "a",
      answer: "a",
      correct: isRight,
      sample_idx: -1,
      reward: (options.reward ?? 0) + (query % 7) / 100,
    };
    return [greedy, ...draws.map((draw, i) => ({ ...draw, sample_idx: i }))].map((row) => ({ ...shared, ...row }));
  });
  return makeTable(rows.flat());
}

const contest = (candidate: SampleTable, promoted: SampleTable) => ({
  candidate: { heldOut: candidate },
  promoted: { heldOut: promoted },
  alarms: [],
});
const failed = (verdict: ReturnType<typeof judge>) =>
  verdict.checks.filter(({ passed }) => !passed).map(({ id }) => id);

describe("the gate", () => {
  test("lets in what is better beyond chance", () => {
    const verdict = judge(contest(asked(30), asked(20)), settings);

    expect(verdict.passed).toBe(true);
    expect(verdict.checks[0]?.sentence).toBe("60.0 % of 100 queries right, +20.0 points; must rise by more than 0.0 %");
  });

  test("refuses a rise that chance explains", () => {
    expect(failed(judge(contest(asked(22), asked(20)), settings))).toEqual(["is-significant"]);
  });

  test("refuses the same weights", () => {
    expect(failed(judge(contest(asked(20), asked(20)), settings))).toEqual(["rises", "is-significant"]);
  });

  test("refuses a rise bought with a protected slice, unless the slice is small", () => {
    const candidate = asked(40, { left: 15 });
    const isBought = judge(contest(candidate, asked(20)), settings);

    expect(failed(isBought)).toEqual(["no-slice-falls"]);
    expect(failed(judge(contest(candidate, asked(20)), { ...settings, minSliceQueries: 51 }))).toEqual([]);
  });

  test("refuses a rise bought with old tasks", () => {
    const candidate = { heldOut: asked(30), retention: asked(20) };
    const promoted = { heldOut: asked(20), retention: asked(30) };

    expect(failed(judge({ candidate, promoted, alarms: [] }, settings))).toEqual(["old-tasks-kept"]);
  });

  test("refuses when the reward, or the frozen judge, says the opposite", () => {
    const fallen = judge(contest(asked(30, { reward: -1 }), asked(20)), settings);
    const candidate = { heldOut: asked(30, { reward: 1 }), judge: asked(30, { reward: -1 }) };
    const disputed = judge({ candidate, promoted: { heldOut: asked(20), judge: asked(20) }, alarms: [] }, settings);

    expect(failed(fallen)).toEqual(["proxy-agrees"]);
    expect(failed(disputed)).toEqual(["proxy-agrees"]);
    expect(disputed.checks.find(({ id }) => id === "proxy-agrees")?.sentence).toBe(
      "the reward rose, against the frozen judge",
    );
  });

  test("refuses what a fatal alarm stands against, and says which", () => {
    const alarms = [{ code: "reward_gamed" as const, sentence: "", isFatal: true }];
    const verdict = judge({ ...contest(asked(30), asked(20)), alarms }, settings);

    expect(verdict.checks.at(-1)).toEqual({ id: "no-collapse", passed: false, sentence: "reward_gamed" });
  });

  test("won't compare answers to different questions", () => {
    expect(() => judge(contest(asked(30), makeTable([{ sample_idx: -1 }])), settings)).toThrow("can't be paired");
  });
});

describe("monitors", () => {
  test("are what the rows say", () => {
    const now = monitor({ heldOut: asked(25) }, measure);

    expect(now.verified).toMatchObject({ value: 0.5, count: 100 });
    expect(now.passAtK).toEqual([
      { k: 4, atLeast: 1, value: 0.5 },
      { k: 4, atLeast: 2, value: 0 },
    ]);
    // The best rewarded draw is "d", which is wrong.
    expect(now.rewardAtK[0]).toEqual({ k: 4, atLeast: 1, value: 0 });
    expect(now).toMatchObject({
      distinct: 1,
      duplicateRate: 0,
      unparsed: 0,
      meanTokens: 5,
      entropy: 2,
      meanReward: 1.5,
    });
    expect(now.slices.map(({ slice }) => slice)).toEqual(["compare", "count"]);
    expect(now.rewardGap).toBeNull();
  });
});

describe("alarms", () => {
  const first = monitor({ heldOut: asked(20) }, measure);
  const now = (table: SampleTable, keptShare: number | null = 0.5): Monitors =>
    monitor({ heldOut: table }, { ...measure, first, keptShare });
  const codes = (table: SampleTable) => soundAlarms(now(table), first).map(({ code }) => code);
  const draws = (row: TestRow) => () =>
    [0, 1, 2, 3].map((i) => ({ text: `${i}`, answer: "a", reward: i, correct: i === 0, ...row }));

  test("are silent when nothing is wrong", () => {
    expect(codes(asked(20))).toEqual([]);
    expect(codes(asked(40))).toEqual([]);
  });

  test.each([
    ["diversity_collapsed", { text: "same" }],
    ["length_collapsed", { tokens: 2 }],
    ["length_exploded", { tokens: 11 }],
    ["entropy_collapsed", { log_prob: -0.1 }],
    ["reward_gamed", { reward: 9 }],
    ["garbage_output", { answer: null }],
  ])("%s sounds, and is fatal while nothing got better", (code, row) => {
    const alarms = soundAlarms(now(asked(20, { draws: draws(row) })), first);

    expect(alarms.map((alarm) => [alarm.code, alarm.isFatal])).toEqual([[code, true]]);
  });

  test("don't stop a policy that sharpens onto right answers", () => {
    const alarms = soundAlarms(
      now(asked(45, { draws: draws({ text: "same", log_prob: -0.1, correct: true, reward: 3 }) })),
      first,
    );

    expect(alarms.map((alarm) => alarm.isFatal)).toEqual(alarms.map(() => false));
  });

  test("sound when the frozen judge sees no good in what the reward likes", () => {
    const before = { ...first, frozenJudge: 0.4 };
    const after = { ...now(asked(20, { draws: draws({ reward: 2 }) })), frozenJudge: 0.3 };

    expect(soundAlarms(after, before).map(({ code }) => code)).toContain("frozen_judge_disagrees");
  });

  test("sound when old tasks are forgotten, even if new ones are learnt", () => {
    const [old, kept] = [asked(40), asked(10)].map((table) =>
      monitor({ heldOut: asked(45), retention: table }, measure),
    );

    expect(soundAlarms(kept as Monitors, old as Monitors)).toMatchObject([
      { code: "old_tasks_forgotten", isFatal: true },
    ]);
  });

  test("say that nothing was kept, which ends no loop by itself", () => {
    expect(soundAlarms(now(asked(20), 0), first)).toMatchObject([{ code: "nothing_kept", isFatal: false }]);
  });

  test("see a loss that is no number and a gradient that is none", () => {
    expect(learningAlarms({ loss: null })).toMatchObject([{ code: "loss_not_finite", isFatal: true }]);
    expect(learningAlarms({ loss: 0.3, gradientNorm: 0 })).toMatchObject([{ code: "no_gradient", isFatal: false }]);
    expect(learningAlarms({ loss: 0.3, gradientNorm: 1 })).toEqual([]);
  });
});
