import { describe, expect, it } from "vitest";
import {
  checkFilter,
  combine,
  completeFilter,
  createColumn,
  type Fact,
  FilterError,
  leavesOf,
  maskOfLeaf,
  parseFilter,
  summarise,
  topRows,
} from "./index.ts";

const columns = [
  { name: "width", kind: "number" },
  { name: "label", kind: "category" },
  { name: "text", kind: "text" },
] as const;
const rows: Record<string, Fact>[] = [
  { width: 10, label: "cat", text: "A red fox" },
  { width: 20, label: "dog", text: "the blue  SEA" },
  { width: Number.NaN, label: null, text: "" },
  { width: 30, label: "cat", text: "reds and foxes" },
  { width: null, label: "Éclair", text: "un ÉCLAIR rouge" },
];

function build(name: string) {
  const kind = columns.find((column) => column.name === name)?.kind ?? "text";
  const builder = createColumn(kind);
  for (const row of rows) builder.append(row[name] ?? null);
  return builder.finish();
}

function keep(text: string): number[] {
  const filter = parseFilter(text);
  checkFilter(filter, columns);
  const masks = new Map(leavesOf(filter).map((leaf) => [leaf, maskOfLeaf(leaf, build(leaf.column))]));
  const mask = combine(filter, rows.length, (leaf) => masks.get(leaf) ?? new Uint8Array());
  return [...mask].flatMap((is, row) => (is ? [row] : []));
}

describe("a filter", () => {
  it.each([
    ["", [0, 1, 2, 3, 4]],
    ["width >= 20", [1, 3]],
    ["width != 20", [0, 3]],
    ["not width >= 20", [0, 2, 4]],
    ['width in (10, 30) and not label = "dog"', [0, 3]],
    ['label = "cat" or text ~ "sea"', [0, 1, 3]],
    ['label = "cat" and (width < 20 or text ~ "foxes")', [0, 3]],
    ['text ~ "red"', [0, 3]],
    ['text = "the blue sea"', [1]],
    ['text !~ "red"', [1, 4]],
    ['text ~ "éclair"', [4]],
    ['label ~ "ÉCL"', [4]],
    ["has label and has width", [0, 1, 3]],
    ["has text", [0, 1, 3, 4]],
  ])("%s keeps rows %j", (text, kept) => {
    expect(keep(text)).toEqual(kept);
  });

  it.each([
    ["widht > 3", 0, 5, /did you mean width/],
    ["width > ", 8, 8, /a value is missing/],
    ['width > "3"', 0, 11, /width is a number/],
    ["label < 3", 0, 9, /category/],
    ['text ~ "never closed', 7, 20, /no end/],
    ["width > 3 label", 10, 15, /and or or/],
    ["(width > 3", 10, 10, /\) is missing/],
    ["width > 3 ; drop table", 10, 11, /means nothing/],
  ])("%s is refused where it is wrong", (...[text, from, to, message]) => {
    const attempt = () => keep(text);

    expect(attempt).toThrow(FilterError);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ from, to }));
  });

  it("takes no depth or length that could hurt", () => {
    expect(() => parseFilter(`${"(".repeat(100)}width > 1${")".repeat(100)}`)).toThrow(/deeper/);
    expect(() => parseFilter(`width > 1${" and width > 1".repeat(1000)}`)).toThrow(/characters/);
  });
});

it.each([
  ["wi", "width"],
  ["width ", ">="],
  ['label = "c', '"cat"'],
  ["width > 3 ", "and"],
  ["width > 3 and te", "text"],
  ["label in (", '"cat"'],
])("after %j one may write %s", (text, expected) => {
  const { choices } = completeFilter(text, text.length, { columns, valuesOf: () => ["cat", "dog"] });

  expect(choices.map((choice) => choice.text)).toContain(expected);
});

it("orders by value with missing ones last, and goes on after a row", () => {
  const column = build("width");
  if (column.kind === "text") throw new TypeError("width is a number");
  const mask = new Uint8Array(rows.length).fill(1);

  const down = topRows({ column, isDescending: true }, { mask, count: 3 });
  const rest = topRows({ column, isDescending: true }, { mask, count: 5, after: down[1] });

  expect(down.map(({ row }) => row)).toEqual([3, 1, 0]);
  expect(rest.map(({ row }) => row)).toEqual([0, 2, 4]);
});

it("counts what is not a number as missing, and every number in a bin", () => {
  const column = build("width");
  if (column.kind === "text") throw new TypeError("width is a number");

  const summary = summarise(column, null);

  expect(summary).toMatchObject({ min: 10, max: 30, present: 3, sum: 60 });
  expect(summary.kind === "number" && summary.counts.reduce((sum, count) => sum + count, 0)).toBe(3);
});
