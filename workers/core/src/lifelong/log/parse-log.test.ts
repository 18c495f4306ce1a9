import { expect, test } from "vitest";
import { header, parseFiles } from "../testing.ts";

const row = (exp: number, reward: string, change: Record<number, string> = {}): string => {
  const cells = [
    "0",
    String(exp),
    "worker-0",
    "train",
    "wake",
    "nav_1",
    "{}",
    "complete",
    "20260131T235959.123456",
    reward,
  ];
  for (const [i, cell] of Object.entries(change)) cells[Number(i)] = cell;
  return cells.join("\t");
};
const file = (...rows: string[]): string => `${[header, ...rows].join("\n")}\n`;

test("rows come through whatever the pieces they arrive in", () => {
  const text = file(row(0, "0.5"), row(1, "-1.25e-3"), row(2, "7", { 6: '"{""a"":\t""b""}"' }));

  for (const pieceBytes of [1, 3, 64, 10_000]) {
    const { table, faults } = parseFiles([text], { pieceBytes });

    expect(faults).toEqual([]);
    expect([...table.value]).toEqual([0.5, -0.001_25, 7]);
    expect(table.params).toEqual(["{}", '{"a":\t"b"}']);
    expect(table.timeUs[0]).toBe(Date.UTC(2026, 0, 31, 23, 59, 59, 123) * 1000 + 456);
  }
});

test("Windows line ends, a byte order mark and a missing last line end are read", () => {
  const { table, faults } = parseFiles([`\uFEFF${[header, row(0, "1"), row(1, "2")].join("\r\n")}`]);

  expect(faults).toEqual([]);
  expect([...table.value]).toEqual([1, 2]);
});

test.each([
  ["a ragged line", "0\t1\tworker-0", "0.tsv, line 3: has 3 cells where the header has 10"],
  [
    "a block number below zero",
    row(1, "1", { 0: "-1" }),
    "line 3, column block_num: must be a whole number, 0 or more",
  ],
  ["an experience number with a fraction", row(1, "1", { 1: "1.5" }), "column exp_num: must be a whole number"],
  ["an empty number", row(1, "1", { 1: "" }), "column exp_num: must be a whole number"],
  ["an unknown block type", row(1, "1", { 3: "eval" }), 'column block_type: must be one of train, test, not "eval"'],
  ["an unknown subtype", row(1, "1", { 4: "nap" }), "column block_subtype: must be one of wake, sleep"],
  ["an unknown status", row(1, "1", { 7: "done" }), "column exp_status: must be one of complete, incomplete"],
  ["a worker with odd letters", row(1, "1", { 2: "a b" }), "column worker_id: may hold letters"],
  ["parameters that are no JSON", row(1, "1", { 6: "{level: 1}" }), "column task_params: must be JSON"],
  ["a missing task", row(1, "1", { 5: "" }), "column task_name: is empty"],
  ["an odd timestamp", row(1, "1", { 8: "2026-01-31" }), "column timestamp: must look like 20240131T235959.123456"],
  ["a day no calendar has", row(1, "1", { 8: "20260231T000000.0" }), "is no time of the calendar"],
  ["a word for a value", row(1, "good"), 'column reward: is not a number: "good"'],
  ["an infinite value", row(1, "-inf"), "column reward: is infinite"],
  ["a quote without an end", row(1, "1", { 6: '"{' }), "line 3: has a quote that is never closed"],
])("%s is named, and the rows around it stay", (_, line, fault) => {
  const { table, faults } = parseFiles([file(row(0, "10"), line, row(2, "30"))]);

  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(fault);
  expect([...table.value]).toEqual([10, 30]);
});

test("a bad file leaves the rows of another alone", () => {
  const { table, faults } = parseFiles(["a\tb\n1\t2\n", file(row(0, "10"))]);

  expect(faults).toEqual([expect.stringContaining("0.tsv, line 1: the header lacks block_num, exp_num")]);
  expect([...table.value]).toEqual([10]);
});

test("missing values are kept as missing, as pandas reads them", () => {
  const { table, faults } = parseFiles([file(row(0, ""), row(1, "NaN"), row(2, "N/A"), row(3, "4"))]);

  expect(faults).toEqual([]);
  expect([...table.value]).toEqual([Number.NaN, Number.NaN, Number.NaN, 4]);
});

test("a log without the column block_subtype is awake", () => {
  const { table } = parseFiles([file(row(0, "1")).replace("block_subtype\t", "").replace("wake\t", "")]);

  expect([...table.subtype]).toEqual([0]);
});

test("block numbers that go back are named with their place, workers' files taken together", () => {
  const { faults } = parseFiles([file(row(0, "1"), row(2, "1")), file(row(1, "1", { 0: "1" }))]);

  expect(faults).toEqual([
    "0.tsv, line 3, column block_num: goes back from 1 to 0 at experience 2; block numbers may only grow with experiences",
  ]);
});

test("workers' rows of one experience keep the order of the files", () => {
  const { table } = parseFiles([file(row(0, "1"), row(1, "3")), file(row(0, "2"), row(1, "4"))]);

  expect([...table.value]).toEqual([1, 2, 3, 4]);
});

test("an odd task name is a warning", () => {
  expect(parseFiles([file(row(0, "1", { 5: "Nav-1" }))]).warnings).toEqual([
    'task name "nav-1" is not of the form <label>_<variant>',
  ]);
});

test("an empty file says so", () => {
  expect(parseFiles([""]).faults).toEqual(["0.tsv: is empty; a header line is expected"]);
});

test("line ends may be mixed, and blank lines count as lines only", () => {
  const { table, faults } = parseFiles([`${header}\r\n${row(0, "1")}\n\r\n${row(1, "2")}\r\n\n${row(2, "x")}`]);

  expect([...table.value]).toEqual([1, 2]);
  expect(faults).toEqual([expect.stringContaining("line 6, column reward")]);
});

test("what has no line ends is no log, and doesn't fill the memory", () => {
  const { table, faults } = parseFiles(["x".repeat(5_000_000)], { pieceBytes: 1 << 20 });

  expect(table.length).toBe(0);
  expect(faults[0]).toContain("the header lacks block_num");
});
