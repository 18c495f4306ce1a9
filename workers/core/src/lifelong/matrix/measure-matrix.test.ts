import { expect, test } from "vitest";
import { parseMatrixCsv, parseMatrixJson } from "./accuracy-matrix.ts";
import { measureMatrix } from "./measure-matrix.ts";

// Worked by hand: task 1 gets better without practice, then worse; task 2 is forgotten a little.
const scores = [
  [0.8, 0.2, 0.1],
  [0.9, 0.7, 0.3],
  [0.6, 0.65, 0.9],
];
const matrix = { scores, baseline: [0.1, 0.1, 0.1], reference: [0.9, 0.8, 0.95] };
const value = (
  suite: string,
  name: string,
  from: Parameters<typeof measureMatrix>[0] = matrix,
): number | null | undefined =>
  measureMatrix(from).find((metric) => metric.suite === suite && metric.name === name)?.value;

test.each([
  ["GEM (paper)", "ACC", (0.6 + 0.65 + 0.9) / 3],
  ["GEM (paper)", "BWT", (-0.2 - 0.05) / 2],
  ["GEM (paper)", "FWT", (0.1 + 0.2) / 2],
  ["GEM (published code)", "BWT", (-0.2 - 0.05) / 3],
  ["GEM (published code)", "FWT", (0.1 + 0.2) / 3],
  ["Chaudhry 2018 (RWalk)", "forgetting", (0.3 + 0.05) / 2],
  ["Chaudhry 2018 (RWalk)", "intransigence", 0.05],
  ["BeGin", "intransigence", (0.1 + 0.1 + 0.05) / 3],
  ["A-GEM", "A_T", (0.6 + 0.65 + 0.9) / 3],
  ["Riemer 2019", "LA", 0.8],
  ["Rebuffi 2017 (iCaRL)", "average incremental accuracy", (0.8 + 0.8 + 2.15 / 3) / 3],
  ["Diaz-Rodriguez 2018", "A", (0.8 + 0.9 + 0.7 + 0.6 + 0.65 + 0.9) / 6],
  ["Diaz-Rodriguez 2018", "FWT", (0.2 + 0.1 + 0.3) / 3],
  ["Diaz-Rodriguez 2018", "BWT", (0.1 - 0.2 - 0.05) / 3],
  ["Diaz-Rodriguez 2018", "REM", 0.95],
  ["Diaz-Rodriguez 2018", "BWT+", 0],
  ["Avalanche", "forgetting", 0.125],
  ["Avalanche", "forward transfer", 0.15],
  ["Mammoth", "forgetting", (0.3 + 0.05) / 2],
  ["CLEAR", "in-domain", 0.8],
  ["CLEAR", "next-domain", 0.25],
  ["CLEAR", "accuracy", 4.55 / 6],
  ["CLEAR", "backward transfer", (0.9 + 0.6 + 0.65) / 3],
  ["TiC-CLIP", "forward transfer", 0.2],
])("%s: %s", (suite, name, expected) => {
  expect(value(suite, name)).toBeCloseTo(expected, 12);
});

test("ACC is LA and (T-1)/T of BWT", () => {
  const [acc, la, bwt] = [value("GEM (paper)", "ACC"), value("Riemer 2019", "LA"), value("GEM (paper)", "BWT")];

  expect(acc).toBeCloseTo((la ?? 0) + (2 / 3) * (bwt ?? 0), 12);
});

test("the last step counts for Mammoth's forgetting alone, and an early peak not from step j on", () => {
  const rising = {
    scores: [
      [0.5, 0.9],
      [0.8, 0.6],
    ],
  };

  expect(value("Mammoth", "forgetting", rising)).toBe(0);
  expect(value("Chaudhry 2018 (RWalk)", "forgetting", rising)).toBeCloseTo(-0.3, 12);
});

test("what the matrix lacks is null: no baseline, no upper triangle", () => {
  const lower = {
    scores: [
      [0.8, null],
      [0.7, 0.9],
    ],
  };

  expect(value("GEM (paper)", "FWT", lower)).toBeNull();
  expect(value("CLEAR", "forward transfer", lower)).toBeNull();
  expect(value("GEM (paper)", "BWT", lower)).toBeCloseTo(-0.1, 12);
});

test("LCA averages the first mini-batches", () => {
  expect(
    value("A-GEM", "LCA_1", {
      ...matrix,
      firstBatches: [
        [0, 0, 0],
        [0.5, 0.5, 0.2],
      ],
    }),
  ).toBeCloseTo(0.2, 12);
});

test.each([
  ["with names and a baseline", "step,a,b\nbaseline,0.1,0.2\n1,0.5,\n2,0.4,0.6\njoint,0.9,0.9\n"],
  ["of semicolons and Windows line ends", "step;a;b\r\nbaseline;0.1;0.2\r\n1;0.5;\r\n2;0.4;0.6\r\njoint;0.9;0.9\r\n"],
])("a CSV %s is read", (_, text) => {
  expect(parseMatrixCsv(text, "m.csv")).toEqual({
    tasks: ["a", "b"],
    scores: [
      [0.5, null],
      [0.4, 0.6],
    ],
    baseline: [0.1, 0.2],
    reference: [0.9, 0.9],
  });
});

test("bare rows are read, with and without a head", () => {
  expect(parseMatrixCsv("0.5,0.1\n0.4,0.6\n", "m.csv").scores).toEqual([
    [0.5, 0.1],
    [0.4, 0.6],
  ]);
  expect(parseMatrixCsv("step,a,b\n1,0.5,0.1\n2,0.4,0.6\n", "m.csv").scores).toEqual([
    [0.5, 0.1],
    [0.4, 0.6],
  ]);
  expect(parseMatrixJson("[[0.5, null], [0.4, 0.6]]", "m.json").scores).toEqual([
    [0.5, null],
    [0.4, 0.6],
  ]);
});

test.each([
  [
    "ragged rows",
    () => parseMatrixCsv("1,2\n3\n", "m.csv"),
    "m.csv is no accuracy matrix: scores.1: row 2 has 1 values",
  ],
  ["a word", () => parseMatrixCsv("1,2\n3,good\n", "m.csv"), 'm.csv, line 2: "good" is not a number'],
  ["broken JSON", () => parseMatrixJson("{", "m.json"), "m.json is not valid JSON"],
  ["nothing", () => parseMatrixCsv("\n", "m.csv"), "m.csv is empty"],
])("%s is refused with a sentence", (_, parse, message) => {
  expect(parse).toThrow(message);
});
