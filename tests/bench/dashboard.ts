// The dashboard in headless Chromium on a version of many rows. Run it by itself: node tests/bench/dashboard.ts [--rows 1000000] [--minutes 1]
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { chromiumPath, openBrowser } from "../e2e/browser.ts";
import { startStack } from "../e2e/stack.ts";
import { openSyntheticVersion } from "./synthetic-version.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    minutes: { type: "string", default: "1" },
    // A folder that keeps the stack, and with it the version, for the next run.
    data: { type: "string" },
  },
});
const rows = Number(values.rows);
const curvePoints = 100_000;
const watchMs = Number(values.minutes) * 60_000;
/** How fast one scrolls looking for something. */
const readingPace = 3_000;
/** Dragging past what one does not look at, then looking for something. */
const scrolls = [
  { what: "10,000 samples, flying", samples: 10_000, pxPerSecond: 22_000 },
  { what: "10,000 samples, reading", samples: 10_000, pxPerSecond: readingPace },
];
/** What is kept for a while (images, pages) fills up within this time; only what comes on top of it is growth. */
const settleMs = 45_000;
const readEveryMs = 60_000;
const flatShare = 1.15;
const dist = new URL("../../apps/dashboard/dist/", import.meta.url).pathname;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const judge = (what: string, { found, goal, isMet }: { found: string; goal: string; isMet: boolean }): void =>
  say(`${what.padEnd(46)} ${found.padEnd(30)} goal ${goal.padEnd(16)} ${isMet ? "met" : "MISSED"}`);

if (chromiumPath === undefined) {
  say("no Chromium on this machine; name one by CHROMIUM_PATH");
  process.exit(0);
}
await using stack = await startStack(values.data === undefined ? {} : { dataPath: values.data });
const madeAt = performance.now();
const versionId = await openSyntheticVersion(stack, rows);
say(`version of ${rows} rows there after ${seconds(performance.now() - madeAt)}`);
await benchApi();
await using browser = await openBrowser();
const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
await benchLoad(page);
await benchOpened(page);
await benchGrid(page);
await benchCurve(await page.context().newPage());

async function benchApi(): Promise<void> {
  const asks: [string, Parameters<typeof stack.api.versions.samples>[1]][] = [
    ["first page", {}],
    ["a page in the middle", { after: `row_${Math.floor(rows / 2).toString(36)}` }],
    ["by a number", { sort: "meta.score", order: "desc" }],
    ["filtered by number and label", { filter: 'meta.score < 0.2 and label = "class 7"' }],
    ["filtered by text", { filter: `text ~ "owl ${rows - 11}" or text ~ "boat tree"` }],
    ["filtered and sorted", { filter: "width > 40", sort: "textLength", order: "desc" }],
  ];
  for (const [name, query] of asks) {
    const times: number[] = [];
    for (let turn = 0; turn < 9; turn += 1) {
      const startedAt = performance.now();
      await stack.api.versions.samples(versionId, { limit: 100, ...query });
      times.push(performance.now() - startedAt);
    }
    const [first = 0, ...rest] = times;
    const found = `p50 ${ms(median(rest))}, first ${ms(first)}`;
    judge(`API, page of 100, ${name}`, { found, goal: "< 300 ms", isMet: median(rest) < 300 });
  }
  const startedAt = performance.now();
  await stack.api.versions.statistics(versionId, { filter: "meta.score < 0.2" });
  say(`API, statistics of all columns under a filter ${ms(performance.now() - startedAt)}`);
}

async function benchLoad(open: Page): Promise<void> {
  let scriptBytes = 0;
  open.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (!pathname.endsWith(".js")) return;
    void readFile(join(dist, pathname))
      .then((bytes) => (scriptBytes += gzipSync(bytes).length))
      .catch(() => undefined);
  });
  await open.goto((await stack.api.session.createLink()).url);
  await open.getByRole("heading", { name: "Datasets", exact: true }).waitFor();
  scriptBytes = 0;
  const startedAt = performance.now();
  await open.goto(`${stack.url}/datasets`);
  await open.getByRole("link", { name: /synthetic/ }).waitFor();
  const interactiveMs = performance.now() - startedAt;
  await open.waitForTimeout(500);
  const files = (await readdir(join(dist, "assets"))).length;
  const found = `${(scriptBytes / 1000).toFixed(1)} kB, of ${files} files`;
  judge("JavaScript of the entry route, gzip", { found, goal: "<= 250 kB", isMet: scriptBytes <= 250_000 });
  judge("interactive", { found: ms(interactiveMs), goal: "< 1500 ms", isMet: interactiveMs < 1500 });
}

/** From the page one usually comes from, whose code is there already. */
async function benchOpened(open: Page): Promise<void> {
  const { datasetId } = await stack.api.versions.get(versionId);
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await open.goto(`${stack.url}/datasets/${datasetId}`);
    const link = open.locator(`a[href="/versions/${versionId}"]`).first();
    await link.waitFor();
    await open.waitForLoadState("networkidle");
    const startedAt = performance.now();
    await link.click();
    await whenDrawn(open);
    times.push(performance.now() - startedAt);
  }
  judgeDrawn("grid opened from its dataset's page", times);
}

async function benchGrid(open: Page): Promise<void> {
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await open.goto("about:blank");
    const startedAt = performance.now();
    await open.goto(`${stack.url}/versions/${versionId}?sort=meta.score&order=desc`);
    await whenDrawn(open);
    times.push(performance.now() - startedAt);
    say(`  ${await open.evaluate(waterfall)}`);
  }
  judgeDrawn("grid of a sorted version from a cold link", times);

  await open.goto(`${stack.url}/versions/${versionId}`);
  await benchScroll(open);

  const heap = await open.context().newCDPSession(open);
  const used = async () => {
    await heap.send("HeapProfiler.collectGarbage");
    return ((await heap.send("Runtime.getHeapUsage")) as { usedSize: number }).usedSize / 1e6;
  };
  await scrollFor(open, settleMs);
  const readings = [await used()];
  for (let leftMs = watchMs; leftMs > 0; leftMs -= readEveryMs) {
    await scrollFor(open, Math.min(leftMs, readEveryMs));
    readings.push(await used());
  }
  const [before = 0, ...after] = readings;
  const megabytes = `${readings.map((each) => each.toFixed(1)).join(", ")} MB`;
  judge("memory while scrolling, reading", {
    found: megabytes,
    goal: "flat",
    isMet: Math.max(...after) <= before * flatShare,
  });
}

async function benchScroll(open: Page): Promise<void> {
  for (const { what, ...scroll } of scrolls) {
    await whenDrawn(open);
    const { frames, elapsedMs } = await open.evaluate(scrollThrough, scroll);
    const perSecond = (frames / elapsedMs) * 1000;
    const found = `${perSecond.toFixed(1)} frames/s for ${seconds(elapsedMs)}`;
    judge(`scrolling past ${what}`, { found, goal: ">= 55 frames/s", isMet: perSecond >= 55 });
  }
}

function judgeDrawn(what: string, times: number[]): void {
  const found = `median ${ms(median(times))}, first ${ms(times[0] ?? 0)}`;
  judge(what, { found, goal: "< 1000 ms", isMet: median(times) < 1000 });
}

async function whenDrawn(open: Page): Promise<void> {
  await open.waitForFunction(() => document.querySelectorAll("button img").length >= 15, undefined, {
    timeout: 60_000,
  });
}

async function scrollFor(open: Page, durationMs: number): Promise<void> {
  const until = performance.now() + durationMs;
  while (performance.now() < until) {
    await open.mouse.wheel(0, readingPace / 10);
    await open.waitForTimeout(100);
  }
}

/** A lifetime of 100,000 experiences: from the end of the answer that holds its curves to their picture in the page. */
async function benchCurve(open: Page): Promise<void> {
  const stream = await stack.api.streams.create({ name: `curve ${Date.now()}`, metricsColumns: ["accuracy"] });
  for (let sequence = 0; sequence < 10; sequence += 1) {
    const lines = Array.from({ length: curvePoints / 10 }, (_, i) => {
      const at = (sequence * curvePoints) / 10 + i;
      const accuracy = 0.9 - 0.8 * 0.99995 ** at + 0.05 * Math.sin(at * at);
      return JSON.stringify({ block_num: 0, exp_num: at, block_type: "train", task_name: "nav_1", accuracy });
    });
    const body = { type: "application/x-ndjson", text: lines.join("\n") } as const;
    await stack.api.streams.addExperiences(stream.id, body, { writer: "bench", sequence });
  }
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    await open.goto(`${stack.url}/streams/${stream.id}`);
    times.push(await open.evaluate(drawnAfterData, "Learning curves by task"));
  }
  judge(`curve of ${curvePoints} points, from data to picture`, {
    found: ms(median(times)),
    goal: "< 200 ms",
    isMet: median(times) < 200,
  });
}

/** Runs in the page: waits for the chart's picture and tells how long after its data the frame with it was there. */
async function drawnAfterData(title: string): Promise<number> {
  const isDrawn = () => document.querySelector(`section[aria-label="${title}"] svg path`) !== null;
  while (!isDrawn()) await new Promise(requestAnimationFrame);
  const drawnAt = performance.now();
  const answers = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  return drawnAt - Math.max(...answers.filter(({ name }) => name.includes("/curves")).map((each) => each.responseEnd));
}

/** Runs in the page: when each step towards the first images began and ended, in milliseconds since the link was followed. */
function waterfall(): string {
  const timings = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  const [link] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const { host } = location;
  const of = (test: (url: URL) => boolean) => timings.filter(({ name }) => test(new URL(name)));
  const steps: [string, readonly PerformanceResourceTiming[]][] = [
    ["page", link ? [link] : []],
    ["code", of(({ pathname }) => pathname.endsWith(".js"))],
    ["session", of(({ pathname }) => pathname === "/v1/session")],
    ["version", of(({ pathname }) => /^\/v1\/versions\/\w+$/.test(pathname))],
    ["order", of(({ pathname }) => pathname.endsWith("/samples"))],
    ["columns", of(({ pathname }) => pathname.endsWith("/statistics"))],
    ["images", of((url) => url.protocol.startsWith("http") && url.host !== host)],
  ];
  const span = (all: readonly PerformanceResourceTiming[]) => {
    const [from, to] = [Math.min(...all.map((one) => one.startTime)), Math.max(...all.map((one) => one.responseEnd))];
    return all.length === 0 ? "none" : `${from.toFixed(0)}-${to.toFixed(0)}${all.length > 1 ? ` (${all.length})` : ""}`;
  };
  return `${steps.map(([name, all]) => `${name} ${span(all)}`).join(", ")}, drawn ${performance.now().toFixed(0)} ms`;
}

interface Scrolled {
  frames: number;
  elapsedMs: number;
}

/** Runs in the page: scrolls past so many samples at a steady pace, however few frames that leaves, and counts them. */
async function scrollThrough({ samples, pxPerSecond }: { samples: number; pxPerSecond: number }): Promise<Scrolled> {
  const row = document.querySelector<HTMLElement>("[style*=translateY]");
  const rowPx = (row?.offsetHeight ?? 200) + 10;
  const perRow = row?.children.length ?? 5;
  const distance = (samples / perRow) * rowPx;
  const from = scrollY;
  const startedAt = performance.now();
  let frames = 0;
  for (let past = 0; past < distance; past = ((performance.now() - startedAt) / 1000) * pxPerSecond) {
    scrollTo(0, from + past);
    await new Promise(requestAnimationFrame);
    frames += 1;
  }
  return { frames, elapsedMs: performance.now() - startedAt };
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}
function ms(time: number): string {
  return `${time.toFixed(0)} ms`;
}
function seconds(time: number): string {
  return `${(time / 1000).toFixed(0)} s`;
}
