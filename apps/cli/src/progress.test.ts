import { expect, test } from "vitest";
import { createProgressBar, formatProgress } from "./progress.ts";

const point = { label: "refine run_1", done: 250, total: 1000, unit: "samples", elapsedMs: 10_000, perSecond: 25 };

test("a line shows share, amount, rate and the time that is left", () => {
  const line = formatProgress(point, 200);

  expect(line).toBe("refine run_1 ██████░░░░░░░░░░░░░░░░░░  25 % 250/1,000 samples  25/s  30 s left");
});

test("bytes are shown in the units people use", () => {
  const line = formatProgress(
    { label: "upload a.tar", done: 3_500_000, total: 7_000_000, unit: "bytes", elapsedMs: 1_000, perSecond: 3_500_000 },
    200,
  );

  expect(line).toContain("3.5 MB/7.0 MB  3.5 MB/s  1 s left");
});

test("a slow start is forgotten: speed is that of the last half minute", () => {
  const { terminal, written, clock } = makeTerminal(false);
  const bar = createProgressBar("x", terminal, clock.now);

  bar.update({ done: 0, total: 1_000, unit: "steps" });
  clock.advance(300_000);
  for (let done = 10; done <= 500; done += 10) {
    bar.update({ done, total: 1_000, unit: "steps" });
    clock.advance(1_000);
  }

  expect(written.at(-1)).toContain("10/s");
});

test("another unit starts a new count", () => {
  const { terminal, written, clock } = makeTerminal(false);
  const bar = createProgressBar("x", terminal, clock.now);
  bar.update({ done: 900, total: 1_000, unit: "tasks" });
  clock.advance(20_000);

  bar.update({ done: 10, total: 1_000, unit: "samples" });

  expect(written.at(-1)).not.toContain("/s");
});

test("nothing known yet is zero per cent and no rate", () => {
  expect(formatProgress({ ...point, done: 0, total: 0, perSecond: undefined }, 200)).toBe(
    "refine run_1 ░░░░░░░░░░░░░░░░░░░░░░░░   0 % 0/0 samples",
  );
});

test("a narrow terminal gets a line that fits", () => {
  expect(formatProgress(point, 30).length).toBeLessThanOrEqual(30);
});

test("a terminal gets one line drawn again and again, and the last state is left standing", () => {
  const { terminal, written, clock } = makeTerminal(true);
  const bar = createProgressBar("x", terminal, clock.now);

  for (let done = 0; done <= 100; done += 1) {
    bar.update({ done, total: 100, unit: "samples" });
    clock.advance(10);
  }
  bar.end();

  expect(written.length).toBeLessThan(20);
  expect(written.slice(0, -1).every((text) => text.startsWith("\r"))).toBe(true);
  expect(written.at(-2)).toContain("100 %");
  expect(written.at(-1)).toBe("\n");
});

test("a pipe gets a plain line now and then", () => {
  const { terminal, written, clock } = makeTerminal(false);
  const bar = createProgressBar("x", terminal, clock.now);

  for (let done = 0; done <= 300; done += 1) {
    bar.update({ done, total: 300, unit: "samples" });
    clock.advance(100);
  }
  bar.end();

  expect(written).toHaveLength(4);
  expect(written.every((text) => text.endsWith("\n") && !text.includes("\r"))).toBe(true);
  expect(written.at(-1)).toContain("300/300");
});

function makeTerminal(isTTY: boolean) {
  const written: string[] = [];
  let now = 0;
  return {
    written,
    terminal: { write: (text: string) => void written.push(text), isTTY, columns: 100 },
    clock: { now: () => now, advance: (ms: number) => void (now += ms) },
  };
}
