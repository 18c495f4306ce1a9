import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, findBarriers, openBrowser } from "./browser.ts";
import { writeCorpus } from "./corpus.ts";
import { pushFile } from "./push.ts";
import { openSignedIn, type SignedIn } from "./sign-in.ts";
import { type Stack, startStack } from "./stack.ts";

const timeout = 240_000;
const samples = 120;

// Without a browser there is nothing to test: install Debian's `chromium`, or name one by CHROMIUM_PATH.
describe.skipIf(chromiumPath === undefined)("the dashboard", () => {
  let stack: Stack;
  let browser: Browser;
  let folder: string;
  let versionId: string;

  beforeAll(async () => {
    [stack, browser, folder] = await Promise.all([
      startStack({ runners: 1 }),
      openBrowser(),
      mkdtemp(join(tmpdir(), "whetstone-dashboard-")),
    ]);
    const tar = join(folder, "pictures.tar");
    await writeCorpus(tar, samples);
    const dataset = await stack.api.datasets.create({ name: "pictures" });
    const uploadId = await pushFile(stack.api, tar);
    const run = await stack.api.runs.create({ kind: "ingest", datasetId: dataset.id, uploadIds: [uploadId] });
    for await (const event of stack.api.runs.events(run.id))
      if (event.type === "run.failed") throw new Error("no version");
    versionId = (await stack.api.runs.get(run.id)).output.versionId ?? "";
  }, timeout);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  }, timeout);

  const signIn = (options?: SignedIn) => openSignedIn(browser, stack, options);

  it(
    "leads from a sign-in link to a sample and its image, and complains of nothing on the way",
    async () => {
      const { page, complaints } = await signIn();
      expect(page.url()).not.toContain("wsl_");

      await page.getByRole("link", { name: "pictures" }).click();
      await page.getByRole("link", { name: "Version 1" }).click();
      const card = page.getByRole("button", { name: "picture number 7", exact: true });
      await card.click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("picture number 7", { exact: true }).waitFor();
      const widthOf = () => dialog.locator("img").evaluate((image) => (image as HTMLImageElement).naturalWidth);
      await expect.poll(widthOf, { timeout: 10_000 }).toBe(32);
      const shared = page.url();
      await page.keyboard.press("ArrowRight");
      await dialog.getByText("picture number 8", { exact: true }).waitFor();
      await page.goBack();

      await page.goto(shared);
      await page.getByRole("dialog").getByText("picture number 7", { exact: true }).waitFor();
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "asks at once for what the link to a version says, and for nothing twice",
    async () => {
      const { page } = await signIn();
      // What the list of datasets still asks for is not of the link.
      await page.goto("about:blank");
      const asked: URL[] = [];
      page.on("request", (request) => asked.push(new URL(request.url())));

      const shown = new URLSearchParams({ sort: "textLength", order: "desc", filter: "width > 1" });
      await page.goto(`${stack.url}/versions/${versionId}?${shown}`);
      await page
        .getByRole("button", { name: /^picture number/ })
        .nth(9)
        .waitFor();

      const path = `/v1/versions/${versionId}`;
      const calls = asked.filter(({ pathname }) => pathname.startsWith("/v1/"));
      const first = calls.slice(0, 3).map(({ pathname }) => pathname);
      expect(first.toSorted()).toEqual(["/v1/session", path, `${path}/samples`]);
      const addresses = calls.map(({ href }) => href);
      expect(addresses.filter((each, i) => addresses.indexOf(each) !== i)).toEqual([]);
    },
    timeout,
  );

  it(
    "draws only the cards one looks at, and loads further pages on the way down",
    async () => {
      const { page } = await signIn();
      await page.goto(`${stack.url}/versions/${versionId}`);
      await page.getByRole("button", { name: "picture number 0", exact: true }).waitFor();

      const last = page.getByRole("button", { name: `picture number ${samples - 1}`, exact: true });
      for (let tries = 0; tries < 50 && (await last.count()) === 0; tries += 1) {
        await page.mouse.wheel(0, 1500);
        await page.waitForTimeout(100);
      }

      await last.waitFor();
      expect(await page.getByRole("button", { name: /^picture number/ }).count()).toBeLessThan(samples);
    },
    timeout,
  );

  it(
    "shows a run as it goes, and cancels it",
    async () => {
      const { page, complaints } = await signIn();
      const run = await stack.api.runs.create({ kind: "noop", taskCount: 200, sleepMs: 2_000, name: "slow one" });

      await page.goto(`${stack.url}/runs/${run.id}`);
      await page.getByText("Began", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Cancel the run" }).click();
      await page.getByText("Cancelled", { exact: true }).waitFor({ timeout: 60_000 });

      await page.getByText("cancelled", { exact: true }).first().waitFor();
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "takes prices, shows what a run costs against its budget, and goes on past a spent one",
    async () => {
      const { page, complaints } = await signIn();
      await page.goto(`${stack.url}/settings?tab=prices`);
      await page.getByText("There are no prices yet").waitFor();
      await page.getByLabel("Per hour").fill("3600");
      await page.getByRole("button", { name: "Price for a label" }).click();
      await page.getByLabel("Runner label").fill("No Label");
      await page.getByLabel("Per hour").last().fill("1");
      await page.getByRole("button", { name: "Save the prices" }).click();
      await page.getByRole("alert").getByText("labels 0 label").waitFor();
      await page.getByRole("button", { name: "Remove the price of No Label" }).click();
      await page.getByRole("button", { name: "Save the prices" }).click();
      await page.getByText("The prices are saved.").waitFor();

      // A euro a second: the first tasks of a second each spend half a euro and more.
      const { id } = await stack.api.runs.create({
        kind: "noop",
        taskCount: 8,
        sleepMs: 1_000,
        budget: { money: { amount: 0.5, currency: "EUR" } },
      });
      await page.goto(`${stack.url}/runs/${id}`);
      await page.getByText("budget_spent").first().waitFor({ timeout: 60_000 });
      const cost = page.getByRole("region", { name: "Cost so far" });
      await cost.getByText(/€[1-9][\d.]* \/ €0\.5/).waitFor();
      await page.getByRole("button", { name: "Raise the budget" }).click();
      await page.getByLabel("Money (EUR)").fill("500");
      await page.getByRole("button", { name: "Go on" }).click();
      await page.getByText("Goes on with a larger budget").waitFor({ timeout: 60_000 });
      await page.getByText("Succeeded", { exact: true }).waitFor({ timeout: 60_000 });
      await page.goto(`${stack.url}/settings?tab=usage`);
      await page.getByRole("table", { name: "By run" }).getByText("€").first().waitFor();

      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it.each(["light", "dark"] as const)(
    "has no barrier that axe finds, in %s",
    async (colorScheme) => {
      const { page } = await signIn({ colorScheme });
      const run = (await stack.api.runs.list()).data[0];

      for (const path of [
        "/datasets",
        `/versions/${versionId}`,
        "/runs",
        `/runs/${run?.id}`,
        "/models",
        "/evaluations",
        "/settings",
        "/settings?tab=prices",
      ]) {
        await page.goto(stack.url + path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
        expect({ path, barriers: await findBarriers(page) }).toEqual({ path, barriers: [] });
      }
    },
    timeout,
  );

  it(
    "goes anywhere by keys: by a name, and by an id",
    async () => {
      const { page, complaints } = await signIn();
      const menu = page.getByRole("dialog", { name: "Go to" });
      // Keys go to the field only once the menu has opened, and it opens anew only once it has closed.
      const open = async (by: () => Promise<void>) => {
        await menu.waitFor({ state: "hidden" });
        await by();
        await page.locator("[role=combobox]:focus").waitFor();
      };
      await page.getByRole("link", { name: "pictures" }).waitFor();

      await open(() => page.keyboard.press("Control+k"));
      await menu.getByRole("option", { name: "pictures" }).waitFor();
      expect(await findBarriers(page)).toEqual([]);
      await page.keyboard.type("pictu");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "pictures" }).waitFor();

      await open(() => page.getByRole("button", { name: "Go to" }).click());
      await page.keyboard.type(versionId);
      await menu.getByRole("option", { name: `Open ${versionId}` }).waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL(`**/versions/${versionId}`);

      await open(() => page.keyboard.press("Control+k"));
      await page.keyboard.type("no such thing");
      await menu.getByText("Nothing has that name").waitFor();
      await page.keyboard.press("Escape");
      await menu.waitFor({ state: "hidden" });
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "fits a telephone",
    async () => {
      const { page } = await signIn({ viewport: { width: 360, height: 740 } });

      for (const path of ["/datasets", `/versions/${versionId}`, "/runs", "/settings", "/settings?tab=prices"]) {
        await page.goto(stack.url + path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        const overhang = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
        expect({ path, overhang }).toEqual({ path, overhang: 0 });
      }
    },
    timeout,
  );

  it(
    "asks to sign in when the session is over, and goes on where one was",
    async () => {
      const { page } = await signIn();
      await page.context().clearCookies();

      await page.goto(`${stack.url}/runs`);
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await page.getByLabel("API key").fill(stack.secrets.workspaceKey);
      await page.getByRole("button", { name: "Sign in" }).click();

      await page.getByRole("heading", { name: "Runs" }).waitFor();
      expect(new URL(page.url()).pathname).toBe("/runs");
    },
    timeout,
  );
});
