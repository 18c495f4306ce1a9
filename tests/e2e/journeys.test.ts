import { createClient } from "@whetstone/schemas/client";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, findBarriers, openBrowser } from "./browser.ts";
import { type Furniture, furnish, furnishModels } from "./furnish.ts";
import { startLvlmServer } from "./lvlm-server.ts";
import { openSignedIn, type SignedIn } from "./sign-in.ts";
import { type Stack, startStack } from "./stack.ts";

const timeout = 240_000;
const slow = { timeout: 90_000 };

// As in dashboard.test.ts: without a browser there is nothing to test.
describe.skipIf(chromiumPath === undefined)("a data team", () => {
  let stack: Stack;
  let browser: Browser;
  let furniture: Furniture;
  let evaluationIds: string[];

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ runners: 1 }), openBrowser()]);
    furniture = await furnish(stack.api, { samples: 24 });
    evaluationIds = await furnishModels(stack.api, furniture.versionId);
  }, 2 * timeout);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  }, timeout);

  const signIn = (options?: SignedIn) => openSignedIn(browser, stack, { timeoutMs: slow.timeout, ...options });
  const open = (page: Page, path: string) => page.goto(stack.url + path);

  it(
    "watches a refinement fail, sees why, and tries again only what failed",
    async () => {
      const { page, complaints } = await signIn();
      const gone = await startLvlmServer({ delayMs: 0 });
      await gone.close();
      const { id } = await stack.api.runs.create({
        kind: "refine",
        name: "against a server that is away",
        versionId: furniture.versionId,
        maxAttempts: 1,
        refiner: { provider: "openai", baseUrl: gone.baseUrl, model: "test", maxRetries: 0, timeoutMs: 2_000 },
      });

      await open(page, `/runs/${id}`);
      const again = page.getByRole("button", { name: "Try the failed task again" });
      await again.waitFor(slow);
      await page.getByRole("table", { name: "What went wrong" }).waitFor();
      await page.getByRole("img", { name: /Tasks by state: 1 failed/ }).waitFor();
      const back = await startLvlmServer({ delayMs: 5, port: Number(new URL(gone.baseUrl).port) });
      await again.click();
      await page.getByText("Succeeded", { exact: true }).waitFor(slow);
      await page.getByText("Tries the failed task again").waitFor();
      await back.close();

      expect(await stack.api.runs.get(id)).toMatchObject({ status: "succeeded", tasks: { failed: 0 } });
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "compares two models and shares what it found, within the team and with someone without a key",
    async () => {
      const { page, complaints } = await signIn();
      await open(page, "/evaluations");
      for (const name of ["emoji-clip-base", "emoji-clip-judge"])
        await page.getByRole("checkbox", { name: `Choose ${name} on pictures` }).check(slow);
      await page.getByRole("button", { name: "Compare 2" }).click();
      await page.getByRole("region", { name: "Main figures" }).locator("svg").first().waitFor(slow);

      const colleague = (await signIn()).page;
      await colleague.goto(page.url());
      await colleague.getByRole("table", { name: "Comparison" }).waitFor(slow);
      await open(page, `/evaluations/${evaluationIds[0]}`);
      await page.getByRole("heading", { name: /Worst examples/ }).waitFor(slow);
      await page.getByRole("link", { name: "sample", exact: true }).first().waitFor(slow);
      await page.getByRole("button", { name: "Share" }).click();
      const link = await page.getByRole("dialog").locator("pre").innerText();
      const stranger = await (await browser.newContext()).newPage();
      await stranger.goto(link);

      await stranger.getByText("emoji-clip-base on pictures").first().waitFor();
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "reads a lifelong report and goes from a point of a curve to the run behind it",
    async () => {
      const { page, complaints } = await signIn();
      await open(page, "/reports");
      await page.getByRole("link", { name: "weekly" }).first().click();
      const chart = page.getByRole("region", { name: "Evaluation over the lifetime" });
      await chart.getByText("Table", { exact: true }).click();
      expect(await chart.getByRole("row").count()).toBeGreaterThan(10);
      await chart.getByText("Chart", { exact: true }).click();
      const point = chart.locator("svg circle").nth(4);
      await point.hover({ force: true });
      // The mark under the pointer is what a click picks.
      const picked = () => chart.locator("svg").evaluate((svg) => (svg as { value?: unknown }).value !== null);
      await expect.poll(picked).toBe(true);
      await point.click({ force: true });

      const drawer = page.getByRole("dialog");
      await drawer.getByRole("link", { name: "The run that wrote it" }).first().click(slow);
      await page.getByRole("heading", { name: "ingest" }).waitFor();
      await page.goBack();
      await drawer.waitFor();
      expect(new URL(page.url()).pathname).toBe(`/streams/${furniture.streamId}`);
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "is told when the API is away, and goes on when it is back",
    async () => {
      const { page } = await signIn();
      await page.route("**/v1/**", (route) => route.abort());
      await open(page, "/runs");
      const again = page.getByRole("button", { name: "Try again" });
      await again.waitFor(slow);

      await page.unroute("**/v1/**");
      await again.click();

      await page.getByRole("table", { name: "Runs" }).waitFor(slow);
      expect(await again.count()).toBe(0);
    },
    timeout,
  );

  it(
    "sees that something loads on a slow network, and then what it is",
    async () => {
      const { page, complaints } = await signIn();
      await page.route("**/v1/lifelong/**", async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 800));
        await route.continue();
      });

      await open(page, "/streams");
      await page.getByRole("status", { name: "Loading" }).waitFor();
      await page.getByRole("link", { name: "three tasks" }).waitFor(slow);
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "finds nothing behind a link of another workspace",
    async () => {
      const { page } = await signIn();
      const admin = createClient({ baseUrl: stack.url, key: stack.secrets.adminToken });
      const { key } = await admin.workspaces.create({ name: "others" });
      const theirs = createClient({ baseUrl: stack.url, key: key.secret });
      const run = await theirs.runs.create({ kind: "noop", taskCount: 1, name: "their secret run" });
      const stream = await theirs.streams.create({ name: "their secret stream", metricsColumns: ["reward"] });

      for (const path of [`/runs/${run.id}`, `/streams/${stream.id}`]) {
        await open(page, path);
        await page.getByRole("heading", { name: "There is nothing here" }).waitFor(slow);
        expect(await page.content()).not.toContain("their secret");
      }
    },
    timeout,
  );

  it(
    "comes back by the back button to where it was",
    async () => {
      const { page } = await signIn();
      await open(page, "/settings");
      await page.getByRole("tab", { name: "Usage" }).click();
      await page.getByRole("region", { name: "By day" }).waitFor(slow);
      await page.goBack();
      await page.getByRole("table", { name: "Keys" }).waitFor();

      await open(page, "/streams");
      await page.getByRole("link", { name: "three tasks" }).click();
      await page.getByRole("heading", { name: "three tasks" }).waitFor();
      await page.getByRole("link", { name: "Guide" }).click();
      await page.getByRole("heading", { name: "Guides" }).waitFor();
      await page.goBack();
      await page.goBack();

      await page.getByRole("heading", { name: "Lifelong" }).waitFor();
      expect(new URL(page.url()).pathname).toBe("/streams");
    },
    timeout,
  );

  it.each(["light", "dark"] as const)(
    "meets no barrier that axe finds, in %s, nor one wider than a telephone",
    async (colorScheme) => {
      const { page, complaints } = await signIn({ colorScheme, viewport: { width: 360, height: 740 } });
      const paths = [
        `/streams/${furniture.streamId}`,
        `/reports/${furniture.reportId}`,
        `/schedules/${furniture.scheduleId}`,
        `/evaluations/${evaluationIds[0]}`,
        `/compare?ids=${encodeURIComponent(JSON.stringify(evaluationIds))}`,
        "/settings?tab=usage",
        "/guides/lifelong",
      ];
      for (const path of paths) {
        await open(page, path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.waitForLoadState("networkidle", { timeout: 5_000 }).catch(() => undefined);
        const overhang = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
        expect({ path, overhang, barriers: await findBarriers(page) }).toEqual({ path, overhang: 0, barriers: [] });
      }
      expect(complaints).toEqual([]);
    },
    timeout,
  );
});
