import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Client, createClient } from "@whetstone/schemas/client";
import type { Browser } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { furnish, furnishLoops, furnishModels, furnishRuns, furnishRefined } from "./furnish.ts";
import { startStack } from "./stack.ts";

const sizes = {
  phone: { width: 360, height: 780 },
  desk: { width: 1280, height: 800 },
  wall: { width: 3840, height: 2160 },
} as const;
const schemes = ["light", "dark"] as const;
const settleMs = 3_000;
/** A longer page is cut off: a picture of it can't be looked at as a whole. */
const maxHeightPx = 4_000;
/** Pages that draw only what is in sight, or a drawer over it. */
const drawnInSight = new Set(["version", "card", "pairs-card"]);
const loadMs = 60_000;

/** Every page of the dashboard as a picture: `npm run screenshots`, into `.cache/screenshots`; with `--url` and `--key` of a stack that runs. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      key: { type: "string" },
      out: { type: "string", default: join(import.meta.dirname, "../../.cache/screenshots") },
      size: { type: "string", multiple: true, default: Object.keys(sizes) },
      scheme: { type: "string", multiple: true, default: [...schemes] },
      page: { type: "string", multiple: true },
    },
  });
  await mkdir(values.out, { recursive: true });
  await using browser = await openBrowser();
  const isWanted = (name: string) => values.page === undefined || values.page.includes(name);
  const shoot = async (api: Client) => {
    const pages = Object.entries(await listPages(api)).filter(([name]) => isWanted(name));
    for (const size of Object.keys(sizes) as (keyof typeof sizes)[])
      for (const scheme of schemes)
        if (values.size.includes(size) && values.scheme.includes(scheme))
          await shootAll({ browser, api, pages, size, scheme, out: values.out });
  };
  if (values.url !== undefined && values.key !== undefined) {
    await shoot(createClient({ baseUrl: values.url, key: values.key }));
    return;
  }
  await using stack = await startStack({ runners: 1 });
  const { datasetId, versionId } = await furnish(stack.api);
  await furnishModels(stack.api, versionId);
  await furnishLoops(stack.api);
  await furnishRuns(stack.api, datasetId);
  await furnishRefined(stack.api, versionId);
  await shoot(stack.api);
}

/** Pages by name, with the newest of each thing that has a page. */
async function listPages(api: Client): Promise<Record<string, string>> {
  const one = { limit: 1 };
  const [dataset] = (await api.datasets.list(one)).data;
  const streams = (await api.streams.list({ limit: 50 })).data;
  const stream = streams.toSorted((a, b) => b.rowCount - a.rowCount)[0];
  const [report] = (await api.reports.list(one)).data;
  const [schedule] = (await api.schedules.list(one)).data;
  const [model] = (await api.models.list(one)).data;
  const evaluations = (await api.evaluations.list({ limit: 10 })).data.filter(({ status }) => status === "succeeded");
  const runs = (await api.runs.list({ limit: 50 })).data;
  const failed = runs.find(({ status }) => status === "failed");
  const wide = runs.find(({ tasks }) => tasks.total > 1000);
  const loops = (await api.loops.list({ limit: 10 })).data;
  const best = loops.find(({ promoted }) => promoted > 0) ?? loops[0];
  const versionId = dataset?.latestVersionId ?? undefined;
  const version = versionId === undefined ? undefined : await api.versions.get(versionId);
  const parentId = version?.parentId ?? undefined;
  const [sample] = versionId === undefined ? [] : (await api.versions.samples(versionId, one)).data;
  const search = runs.find(
    ({ kind, params, status }) => kind === "search" && params["find"] === "images" && status === "succeeded",
  );
  const found = search && `/playground?version=${String(search.params["versionId"])}&run=${search.id}`;
  const ids = evaluations.slice(0, 3).map(({ id }) => id);
  const pages: Record<string, string | undefined> = {
    datasets: "/datasets",
    dataset: dataset && `/datasets/${dataset.id}`,
    version: versionId ? `/versions/${versionId}` : undefined,
    card: sample && `/versions/${versionId}?uid=${sample.uid}`,
    select: versionId && `/versions/${versionId}?tab=select&filter=textLength%20%3C%2018`,
    pairs: parentId && `/versions/${parentId}/with/${versionId}`,
    "pairs-card": parentId && sample && `/versions/${parentId}/with/${versionId}?uid=${sample.uid}`,
    playground: found ?? "/playground",
    runs: "/runs",
    run: runs[0] && `/runs/${runs[0].id}`,
    "run-failed": failed && `/runs/${failed.id}`,
    "run-wide": wide && `/runs/${wide.id}`,
    models: "/models",
    model: model && `/models/${model.id}`,
    evaluations: "/evaluations",
    evaluation: ids[0] && `/evaluations/${ids[0]}`,
    compare: ids.length > 1 ? `/compare?ids=${encodeURIComponent(JSON.stringify(ids))}` : undefined,
    loops: "/loops",
    loop: best && `/loops/${best.id}`,
    "loop-kept": best && `/loops/${best.id}?iteration=1&verdict=kept`,
    "run-loop": best && `/runs/${best.runId}`,
    "loops-compare":
      loops.length > 1
        ? `/loops/compare?ids=${encodeURIComponent(JSON.stringify(loops.slice(0, 3).map(({ id }) => id)))}`
        : undefined,
    streams: "/streams",
    stream: stream && `/streams/${stream.id}`,
    reports: "/reports",
    report: report && `/reports/${report.id}`,
    schedules: "/schedules",
    schedule: schedule && `/schedules/${schedule.id}`,
    "settings-keys": "/settings",
    "settings-workspace": "/settings?tab=workspace",
    "settings-prices": "/settings?tab=prices",
    "settings-runners": "/settings?tab=runners",
    "settings-usage": "/settings?tab=usage",
    "settings-webhooks": "/settings?tab=webhooks",
    "settings-audit": "/settings?tab=audit",
    guide: "/guides/lifelong",
    missing: "/runs/run_0",
  };
  return Object.fromEntries(Object.entries(pages).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

interface Shots {
  browser: Browser;
  api: Client;
  pages: [name: string, path: string][];
  size: keyof typeof sizes;
  scheme: (typeof schemes)[number];
  out: string;
}

async function shootAll({ browser, api, pages, size, scheme, out }: Shots): Promise<void> {
  const context = await browser.newContext({ viewport: sizes[size], colorScheme: scheme });
  const page = await context.newPage();
  const { url } = await api.session.createLink();
  await page.goto(url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  for (const [name, path] of pages) {
    await page.goto(new URL(path, url).href);
    await page.locator("h1, h2").first().waitFor();
    await page.waitForLoadState("networkidle", { timeout: settleMs }).catch(() => undefined);
    // What is loading says so; a page that waits for a live stream is never idle, yet loads nothing.
    await page
      .waitForFunction(() => document.querySelector("[role=status][aria-label]") === null, undefined, {
        timeout: loadMs,
      })
      .catch(() => process.stderr.write(`${name} still loads after ${loadMs / 1000} s\n`));
    await page
      .waitForFunction(() => [...document.images].every(({ complete }) => complete), undefined, { timeout: settleMs })
      .catch(() => undefined);
    const { width, height } = sizes[size];
    const isWhole = size !== "wall" && !drawnInSight.has(name);
    const pageHeight = isWhole ? await page.evaluate(() => document.documentElement.scrollHeight) : height;
    await page.screenshot({
      path: join(out, `${name}-${size}-${scheme}.png`),
      fullPage: isWhole,
      clip: { x: 0, y: 0, width, height: Math.min(pageHeight, maxHeightPx) },
    });
    process.stderr.write(`${name} ${size} ${scheme}\n`);
  }
  await context.close();
}

await main();
