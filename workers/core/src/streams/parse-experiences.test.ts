import { expect, it } from "vitest";
import { AppError } from "../errors.ts";
import { cellAt, concatColumns, fromPayload, toPayloads } from "./experience-columns.ts";
import { parseExperiences } from "./parse-experiences.ts";
import { splitBlocks } from "./split-blocks.ts";
import { makeExperiences, toLines } from "./testing.ts";

const parse = (text: string) =>
  parseExperiences(text, { metricsColumns: ["reward"], timestamp: "20260101T000000.000000" });

function problemsOf(text: string): { code: string; detail: string }[] {
  try {
    splitBlocks(parse(text));
  } catch (error) {
    if (error instanceof AppError) return error.fields.map(({ code, detail }) => ({ code, detail }));
    throw error;
  }
  return [];
}

it("fills in what l2logger fills in and keeps columns of the learner's own", () => {
  const { rowCount, columns } = parse(toLines(makeExperiences(0, { count: 2, note: "x" } as never)));

  expect(rowCount).toBe(2);
  expect(columns).toMatchObject({
    worker_id: { all: "worker-default" },
    block_subtype: { all: "wake" },
    exp_status: { all: "complete" },
    task_params: { all: "{}" },
    timestamp: { all: "20260101T000000.000000" },
    note: { all: "x" },
    reward: { each: [0, 0.1] },
  });
});

it("takes null as a missing measure and refuses text for one", () => {
  const rows = makeExperiences(0, { count: 2 });

  expect(parse(toLines([{ ...rows[0], reward: null }, rows[1]])).columns["reward"]).toEqual({ each: [null, 0.1] });
  expect(problemsOf(toLines([rows[0], { ...rows[1], reward: "high" }]))).toEqual([
    {
      code: "not_a_number",
      detail: 'line 2, column reward: must be a finite number, or null for a missing one, not "high"',
    },
  ]);
});

const good = makeExperiences(0, { count: 3 });
it.each([
  ["a line that is no JSON", `${toLines(good)}{"block_num": NaN}\n`, "not_json", "line 4: "],
  ["a line that is no object", `${toLines(good)}[1]\n`, "not_a_record", "line 4: "],
  ["two records on a line", `${toLines(good).trimEnd()},{}\n`, "not_json", "line 3: "],
  ["a blank line", `${toLines([good[0]])}\n${toLines([good[1]])}`, "not_json", "line 2: "],
  ["a missing measure", toLines([{ ...good[0], reward: undefined }]), "column_missing", "line 1, column reward: "],
  ["another column", toLines([good[0], { ...good[1], extra: 1 }]), "columns_differ", "line 2, column extra: "],
  ["a column less", toLines([{ ...good[0], extra: 1 }, good[1]]), "columns_differ", "line 2, column extra: "],
  ["a bad block type", toLines([{ ...good[0], block_type: "exam" }]), "not_allowed", "line 1, column block_type: "],
  ["a negative number", toLines([{ ...good[0], exp_num: -1 }]), "not_a_count", "line 1, column exp_num: "],
  ["a fraction", toLines([{ ...good[0], block_num: 0.5 }]), "not_a_count", "line 1, column block_num: "],
  ["a bad worker", toLines([{ ...good[0], worker_id: "a b" }]), "bad_worker_id", "line 1, column worker_id: "],
  ["a bad time", toLines([{ ...good[0], timestamp: "now" }]), "bad_timestamp", "line 1, column timestamp: "],
  [
    "parameters of another kind",
    toLines([{ ...good[0], task_params: [1] }]),
    "not_an_object",
    "line 1, column task_params: ",
  ],
  ["an empty task name", toLines([{ ...good[0], task_name: "" }]), "bad_task_name", "line 1, column task_name: "],
  ["a nested value", toLines([{ ...good[0], extra: { a: 1 } }]), "not_a_cell", "line 1, column extra: "],
  [
    "a name of the language",
    `{"__proto__": 1, ${toLines([good[0]]).slice(1)}`,
    "bad_column_name",
    "line 1, column __proto__: ",
  ],
  [
    "a block number going back",
    toLines([...makeExperiences(2), ...makeExperiences(0, { first: 3 })]),
    "block_num_decreasing",
    "line 4, column block_num: ",
  ],
  ["an experience number going back", toLines([good[1], good[0]]), "exp_num_decreasing", "line 2, column exp_num: "],
  [
    "a block of two types",
    toLines([good[0], { ...good[1], block_type: "test" }]),
    "block_type_changed",
    "line 2, column block_type: ",
  ],
])("names line, column and rule of %s", (...[, text, rule, place]) => {
  const problems = problemsOf(text);

  expect(problems[0]?.code).toBe(rule);
  expect(problems[0]?.detail).toContain(place);
});

it("lets workers share experience numbers, each going forward by itself", () => {
  const rows = [0, 1, 0, 1].map((exp_num, i) => ({ ...good[0], exp_num, worker_id: i < 2 ? "a" : "b" }));

  expect(problemsOf(toLines(rows))).toEqual([]);
});

it("splits a batch by its blocks", () => {
  const parts = splitBlocks(parse(toLines([...makeExperiences(0), ...makeExperiences(1, { first: 3, count: 2 })])));

  expect(parts.map(({ experiences, ...part }) => ({ ...part, rows: experiences.rowCount }))).toEqual([
    { blockNum: 0, blockType: "train", firstExpNum: 0, lastExpNum: 2, taskNames: ["nav_1"], rows: 3 },
    { blockNum: 1, blockType: "test", firstExpNum: 3, lastExpNum: 4, taskNames: ["nav_1"], rows: 2 },
  ]);
});

it("cuts what is too large for a row of the database and puts it together again", () => {
  const whole = parse(toLines(makeExperiences(0, { count: 40_000 }).map((row, i) => ({ ...row, note: `n${i}` }))));

  const payloads = toPayloads(whole);

  expect(payloads.length).toBeGreaterThan(1);
  for (const { payload } of payloads) expect(payload.length).toBeLessThan(600_000);
  const back = concatColumns(payloads.map(({ payload }) => fromPayload(payload)));
  expect(back).toEqual(whole);
  expect(cellAt(back.columns["note"], 39_999)).toBe("n39999");
});

const header =
  "block_num\texp_num\tworker_id\tblock_type\tblock_subtype\ttask_name\ttask_params\texp_status\ttimestamp\treward\n";
const line = (more: Record<string, string> = {}) =>
  `${Object.values({ block: "0", exp: "3", worker: "w", type: "train", subtype: "wake", task: "nav_1", params: '"{""a"": NaN}"', status: "complete", time: "20260131T235959.123456", reward: "0.5", ...more }).join("\t")}\n`;
const parseTsv = (text: string, firstLine?: number) =>
  parseExperiences(text, { format: "tsv", firstLine, metricsColumns: ["reward"], timestamp: "" });

it("reads a table as l2logger writes it", () => {
  const { rowCount, columns } = parseTsv(
    header + line() + line({ exp: "4", reward: "" }) + line({ exp: "5", reward: "nan" }),
  );

  expect(rowCount).toBe(3);
  expect(columns).toMatchObject({
    exp_num: { each: [3, 4, 5] },
    task_params: { all: '{"a":null}' },
    timestamp: { all: "20260131T235959.123456" },
    reward: { each: [0.5, null, null] },
  });
});

it.each([
  ["an infinite measure", line({ reward: "inf" }), "line 3, column reward: "],
  ["a word for a measure", line({ reward: "good" }), "line 3, column reward: "],
  ["a ragged row", "0\t1\n", "line 3: has 2 cells where the header has 10"],
  ["a fraction for a number", line({ block: "1.5" }), "line 3, column block_num: "],
  ["an empty task", line({ task: "" }), "line 3, column task_name: "],
  ["parameters that are no JSON", line({ params: "{a" }), "line 3, column task_params: "],
  ["a quote that is never closed", line({ params: '"{' }), "line 3: "],
])("names %s in a table by line and column", (_what, bad, place) => {
  expect(() => parseTsv(header + line() + bad)).toThrow(place);
  expect(() => parseTsv(header + line() + bad, 1001)).toThrow(place.replace("line 3", "line 1002"));
});

it("refuses a table of a header alone, and a header that names a column twice", () => {
  expect(() => parseTsv(header)).toThrow("no rows");
  expect(() => parseTsv(`reward\t${header}${line()}`)).toThrow("names the column reward twice");
});
