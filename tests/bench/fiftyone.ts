// FiftyOne's app and the dashboard in the same browser on as many samples. Run it by itself: node tests/bench/fiftyone.ts [--rows 10000] [--data FOLDER]
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { chromiumPath, openBrowser } from "../e2e/browser.ts";
import { startStack } from "../e2e/stack.ts";
import { startFiftyOne } from "./fiftyone-app.ts";
import { openSyntheticVersion } from "./synthetic-version.ts";

const { values } = parseArgs({ options: { rows: { type: "string", default: "10000" }, data: { type: "string" } } });
const rows = Number(values.rows);
const turns = 5;
const scrollMs = 15_000;
const paces = [22_000, 3_000];
const pictures = 512;
const pixels = 128;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Subject {
  grid: string;
  sorted: string;
  /** Matches what holds a sample's image once it is drawn. */
  drawn: string;
  /** What scrolls; the page where left out. */
  scroller?: string;
}
type Figures = Record<string, string>;

if (chromiumPath === undefined) {
  say("no Chromium on this machine; name one by CHROMIUM_PATH");
  process.exit(0);
}
const [ours, theirs] = [await measureOurs(), await measureTheirs()];
say(`${"".padEnd(44)} ${"Whetstone".padEnd(16)} FiftyOne`);
for (const what of Object.keys(ours)) say(`${what.padEnd(44)} ${(ours[what] ?? "").padEnd(16)} ${theirs[what] ?? ""}`);

async function measureOurs(): Promise<Figures> {
  await using stack = await startStack(values.data === undefined ? {} : { dataPath: values.data });
  const startedAt = performance.now();
  const versionId = await openSyntheticVersion(stack, rows);
  const madeMs = performance.now() - startedAt;
  await using browser = await openBrowser();
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  await page.goto((await stack.api.session.createLink()).url);
  await page.getByRole("heading", { name: "Datasets", exact: true }).waitFor();
  const grid = `${stack.url}/versions/${versionId}`;
  const sorted = `${grid}?sort=meta.score&order=desc`;
  return {
    "samples made and indexed": seconds(madeMs),
    ...(await measure(page, { grid, sorted, drawn: "button img" })),
  };
}

async function measureTheirs(): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "whetstone-fiftyone-"));
  const images = await drawPictures(folder);
  const startedAt = performance.now();
  await using app = await startFiftyOne({ rows, images, folder });
  const madeMs = performance.now() - startedAt;
  say(`FiftyOne ${app.version} with ${rows} samples`);
  await using browser = await openBrowser();
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  // It asks for fonts of another host; unanswered, they would hold its first picture up.
  await page.route(/^https:/, (route) => route.abort());
  const subject = {
    grid: app.url,
    sorted: `${app.url}?view=by-score`,
    drawn: "canvas[canvas-loaded]",
    scroller: "[data-cy=fo-grid] > div",
  };
  return { "samples made and indexed": seconds(madeMs), ...(await measure(page, subject)) };
}

async function measure(page: Page, { grid, sorted, drawn, scroller }: Subject): Promise<Figures> {
  const figures: Figures = {};
  for (const [what, url] of [
    ["grid drawn from a cold link", grid],
    ["grid of a sorted view from a cold link", sorted],
  ] as const) {
    const times: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      await page.goto("about:blank");
      const startedAt = performance.now();
      await page.goto(url, { waitUntil: "commit" });
      await whenDrawn(page, drawn);
      times.push(performance.now() - startedAt);
    }
    figures[what] = `${(times.toSorted((a, b) => a - b)[Math.floor(turns / 2)] ?? 0).toFixed(0)} ms`;
  }
  for (const pxPerSecond of paces) {
    await page.goto(grid);
    await whenDrawn(page, drawn);
    const perSecond = await page.evaluate(scrollFor, { scroller, pxPerSecond, durationMs: scrollMs });
    figures[`scrolling at ${pxPerSecond} px/s`] = `${perSecond.toFixed(1)} frames/s`;
  }
  return figures;
}

async function whenDrawn(page: Page, drawn: string): Promise<void> {
  await page.waitForFunction((selector) => document.querySelectorAll(selector).length >= 15, drawn, {
    timeout: 120_000,
  });
}

interface Scroll {
  scroller: string | undefined;
  pxPerSecond: number;
  durationMs: number;
}

/** Runs in the page: frames a second while it scrolls at this pace. */
async function scrollFor({ scroller, pxPerSecond, durationMs }: Scroll): Promise<number> {
  const sheet = (scroller === undefined ? null : document.querySelector(scroller)) ?? document.documentElement;
  const from = sheet.scrollTop;
  const startedAt = performance.now();
  let frames = 0;
  for (let past = 0; past < durationMs; past = performance.now() - startedAt) {
    sheet.scrollTop = from + (past / 1000) * pxPerSecond;
    await new Promise(requestAnimationFrame);
    frames += 1;
  }
  return (frames / (performance.now() - startedAt)) * 1000;
}

/** Images like those of the synthetic version, as files. */
async function drawPictures(folder: string): Promise<string> {
  const images = join(folder, "images");
  await mkdir(images);
  for (let n = 0; n < pictures; n += 1) {
    const dots = Buffer.from(Array.from({ length: 8 * 8 * 3 }, (_, i) => (n * 37 + i * i * 91 + i * 53) % 256));
    await sharp(dots, { raw: { width: 8, height: 8, channels: 3 } })
      .resize(pixels, pixels - (n % 48), { kernel: "cubic", fit: "fill" })
      .jpeg({ quality: 80 })
      .toFile(join(images, `${String(n).padStart(3, "0")}.jpg`));
  }
  return images;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}
