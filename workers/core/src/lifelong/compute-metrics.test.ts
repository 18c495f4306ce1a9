import { expect, test } from "vitest";
import { computeMetrics } from "./compute-metrics.ts";
import { LifelongError } from "./error.ts";
import { LifelongOptions } from "@whetstone/schemas/api";
import { createRandom } from "./random.ts";
import { makeTable, type MadeBlock } from "./testing.ts";

const ramp = (count: number, from = 0, to = 1): number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
const both = (options: Partial<LifelongOptions> = {}) =>
  (["corrected", "l2metrics"] as const).map((mode) => LifelongOptions.parse({ ...options, mode }));
const [corrected, compat] = both() as [LifelongOptions, LifelongOptions];

const evaluations = (levels: Record<string, number>): MadeBlock[] =>
  Object.entries(levels).map(([task, level]) => ({ type: "test", task, values: [level, level] }));

test("a constant task stays constant where rounding noise would be stretched", () => {
  const blocks: MadeBlock[] = [
    { type: "train", task: "a_1", values: Array.from({ length: 60 }, () => 0.1) },
    ...evaluations({ a_1: 0.1 }),
  ];
  const options = both({ windowLength: 5 });

  const [ours, theirs] = options.map((each) => computeMetrics({ table: makeTable(blocks) }, each));

  expect(theirs?.max).toBeGreaterThan(50);
  expect([ours?.min, ours?.max]).toEqual([1, 1]);
  expect(ours?.warnings).toContain("the performance of a_1 is constant and becomes 1");
});

test("saturation is where a plateau is reached, not where rounding has its maximum", () => {
  const random = createRandom(3);
  const values = [...ramp(40), ...Array.from({ length: 60 }, () => 1 + (random() - 0.5) * 1e-14)];
  const table = makeTable([{ type: "train", task: "a_1", values }, ...evaluations({ a_1: 0 })]);

  const { board } = computeMetrics({ table }, { ...corrected, smoothingMethod: "none" });

  expect(board.stats.expToSaturation[0]).toBe(39);
});

test("tasks trained between the same two evaluations all keep their transfer, marked as shared", () => {
  const blocks: MadeBlock[] = [
    ...evaluations({ a_1: 0, b_1: 0, c_1: 0 }),
    { type: "train", task: "a_1", values: ramp(30) },
    { type: "train", task: "b_1", values: ramp(30) },
    ...evaluations({ a_1: 1, b_1: 1, c_1: 0.5 }),
  ];

  const ours = computeMetrics({ table: makeTable(blocks) }, corrected).transfers.forward_transfer_ratio;
  const theirs = computeMetrics({ table: makeTable(blocks) }, compat).transfers.forward_transfer_ratio;

  const toC = ours?.filter(({ target }) => target === "c_1");
  expect(toC?.map(({ source }) => source)).toEqual(["a_1", "b_1"]);
  expect(toC?.every(({ isShared }) => isShared)).toBe(true);
  expect(theirs?.filter(({ target }) => target === "c_1").map(({ source }) => source)).toEqual(["b_1"]);
});

test("a pair of tasks counts by the mean of its values, not by the first", () => {
  const train = (task: string): MadeBlock => ({ type: "train", task, values: ramp(30) });
  const blocks = [
    ...evaluations({ a_1: 0, b_1: 0 }),
    train("a_1"),
    ...evaluations({ a_1: 1, b_1: 0.1 }),
    train("a_1"),
    ...evaluations({ a_1: 1, b_1: 1 }),
  ];
  const table = makeTable(blocks);

  const { lifetime, tasks } = computeMetrics({ table }, corrected);
  const values = tasks["a_1"]?.forward_transfer_ratio?.["b_1"] ?? [];

  expect(values).toHaveLength(2);
  expect(lifetime.forward_transfer_ratio).toBeCloseTo(((values[0] ?? 0) + (values[1] ?? 0)) / 2, 12);
  expect(computeMetrics({ table }, compat).lifetime.forward_transfer_ratio).toBe(values[0]);
});

test("transfer of negative levels is left out with a warning", () => {
  const blocks = [
    ...evaluations({ a_1: -2, b_1: -2 }),
    { type: "train", task: "a_1", values: ramp(30, -2, -1) } as const,
    ...evaluations({ a_1: -1, b_1: -1 }),
  ];

  const { transfers, warnings } = computeMetrics(
    { table: makeTable(blocks) },
    { ...corrected, normalizationMethod: "none" },
  );

  expect(transfers.forward_transfer_ratio).toBeUndefined();
  expect(warnings).toContain("transfer to b_1 is left out where its performance is negative; normalise the data");
});

test("without smoothing nothing is smoothed", () => {
  const values = ramp(50).map((value, i) => (i === 20 ? 9 : value));
  const table = makeTable([{ type: "train", task: "a_1", values }, ...evaluations({ a_1: 0 })]);
  const [ours, theirs] = both({ smoothingMethod: "none", normalizationMethod: "none" }).map(
    (options) => computeMetrics({ table }, options).board.stats.saturation[0],
  );

  expect(ours).toBe(9);
  expect(theirs).toBeLessThan(2);
});

test("parameters that change inside a block leave corrected metrics alone", () => {
  const plain: MadeBlock[] = [
    ...evaluations({ a_1: 0 }),
    { type: "train", task: "a_1", values: ramp(40) },
    ...evaluations({ a_1: 1 }),
  ];
  const table = makeTable(plain);
  const changing = { ...table, params: ["{}", '{"x":1}'], param: table.param.map((_, i) => i % 2) };

  const [first, second] = [table, changing].map((each) => computeMetrics({ table: each }, corrected));

  expect(second?.lifetime).toEqual(first?.lifetime);
  expect(second?.board.lines).toHaveLength(3);
});

test("an agnostic label takes the experts of that label, not of a longer one", () => {
  const expert = (task: string) => ({ name: task, table: makeTable([{ type: "train", task, values: ramp(40) }]) });
  const input = {
    table: makeTable([{ type: "train", task: "nav_2", values: ramp(40) }]),
    experts: [expert("nav_1"), expert("navx_1")],
  };
  const [ours, theirs] = both({ variantMode: "agnostic", normalizationMethod: "run" }).map((each) =>
    computeMetrics(input, each),
  );

  expect(ours?.tasks["nav"]?.ste_rel_perf_vals).toHaveLength(1);
  expect(theirs?.tasks["nav"]?.ste_rel_perf_vals).toHaveLength(2);
  expect(ours?.warnings).toContain("expert navx_1 trained navx_1, which the lifetime lacks; it is not used");
});

test("an expert that evaluates a task the lifetime lacks is used all the same", () => {
  const experts = [
    { name: "e", table: makeTable([{ type: "train", task: "a_1", values: ramp(40) }, ...evaluations({ z_1: 3 })]) },
  ];
  const table = makeTable([{ type: "train", task: "a_1", values: ramp(40) }]);

  expect(computeMetrics({ table, experts }, corrected).lifetime.ste_rel_perf).toBeCloseTo(1, 12);
  expect(() => computeMetrics({ table, experts }, compat)).toThrow("expert e also evaluates z_1");
});

test("one row, only tests or only training give what they can, and say what is missing", () => {
  const one = computeMetrics({ table: makeTable([{ type: "train", task: "a_1", values: [0.5] }]) }, corrected);
  const tests = computeMetrics({ table: makeTable(evaluations({ a_1: 0, b_1: 1 })) }, corrected);

  expect(one.lifetime.avg_train_perf).toBe(1);
  expect(one.lifetime.avg_eval_perf).toBeNaN();
  expect(one.warnings).toContain("performance maintenance needs a task evaluated at least twice after it was trained");
  expect(tests.lifetime.avg_train_perf).toBeNaN();
});

test.each([
  ["nothing to measure", [], {}, "the log holds no complete experience with a value of reward"],
  [
    "a range that lacks a task",
    ramp(5),
    { dataRange: { b_1: { min: 0, max: 1 } } },
    "the data range names no task a_1",
  ],
  [
    "a range upside down",
    ramp(5),
    { dataRange: { a_1: { min: 2, max: 1 } } },
    "the data range of a_1 ends below its start",
  ],
])("%s is refused with a sentence", (...[, values, options, message]) => {
  const table = makeTable([{ type: "train", task: "a_1", values }]);
  const run = () => computeMetrics({ table }, LifelongOptions.parse(options));

  expect(run).toThrow(LifelongError);
  expect(run).toThrow(message);
});
