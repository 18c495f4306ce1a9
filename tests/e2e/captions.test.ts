import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, openBrowser } from "./browser.ts";
import { nastyMetadata, nastyTexts, writeCorpus } from "./corpus.ts";
import { pushFile } from "./push.ts";
import { openSignedIn } from "./sign-in.ts";
import { type Stack, startStack } from "./stack.ts";

const timeout = 300_000;
const samples = 40;

describe.skipIf(chromiumPath === undefined)("bad captions", () => {
  let stack: Stack;
  let browser: Browser;
  let folder: string;
  let versionId: string;

  beforeAll(async () => {
    [stack, browser, folder] = await Promise.all([
      startStack({ runners: 1 }),
      openBrowser(),
      mkdtemp(join(tmpdir(), "whetstone-captions-")),
    ]);
    const tar = join(folder, "pictures.tar");
    await writeCorpus(tar, samples + 2, { texts: nastyTexts, metadata: nastyMetadata });
    const dataset = await stack.api.datasets.create({ name: "captions" });
    const uploadIds = [await pushFile(stack.api, tar)];
    versionId = await madeBy({ kind: "ingest", datasetId: dataset.id, uploadIds });
    versionId = await madeBy({ kind: "profile", versionId });
  }, timeout);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  }, timeout);

  async function madeBy(input: Parameters<Stack["api"]["runs"]["create"]>[0]): Promise<string> {
    const { id } = await stack.api.runs.create(input);
    for await (const event of stack.api.runs.events(id))
      if (event.type === "run.failed") throw new Error(JSON.stringify(event.data));
    return (await stack.api.runs.get(id)).output.versionId ?? "";
  }

  async function open(path: string): Promise<{ page: Page; complaints: string[] }> {
    const { page, complaints } = await openSignedIn(browser, stack, { timeoutMs: 90_000 });
    await page.goto(stack.url + path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    return { page, complaints };
  }

  it(
    "are found by a filter, reviewed by keyboard, left out and mended in the next version",
    async () => {
      const { page, complaints } = await open(`/versions/${versionId}`);

      await page.getByLabel("Filter", { exact: true }).fill('text ~ "number 1" and label = "class 1"');
      await page.getByText("2 of 40 samples").waitFor();
      expect(new URL(page.url()).searchParams.get("filter")).toContain("number 1");
      await page.getByRole("button", { name: "picture number 1", exact: true }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("picture number 1", { exact: true }).waitFor();
      await page.keyboard.press("r");
      await dialog.getByText("picture number 11", { exact: true }).waitFor();
      await page.keyboard.press("e");
      await dialog.getByRole("textbox").fill("a picture that was mended");
      await page.keyboard.press("Enter");
      await dialog.getByText("edited by", { exact: false }).waitFor();
      await page.keyboard.press("Escape");

      await page.getByRole("tab", { name: "Select" }).click();
      await page.getByText("Keeps 1 of 40 samples").waitFor();
      await page.getByLabel("Filter", { exact: true }).fill("");
      await page.getByText("Keeps 39 of 40 samples").waitFor();
      // The list of what may be written next lies over the button until it is closed.
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Save as next version" }).click();
      await page.waitForURL(/\/runs\//);
      const runId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
      await expect.poll(async () => (await stack.api.runs.get(runId)).status, { timeout: 60_000 }).toBe("succeeded");

      const next = (await stack.api.runs.get(runId)).output.versionId ?? "";
      const { data } = await stack.api.versions.samples(next, { filter: 'text ~ "mended"' });
      expect(data.map(({ text }) => text)).toEqual(["a picture that was mended"]);
      expect((await stack.api.versions.samples(next, { filter: 'text = "picture number 1"' })).data).toEqual([]);
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "that attack the page are only ever text",
    async () => {
      const { page, complaints } = await open(`/versions/${versionId}?sort=textLength&order=desc`);

      await page.getByRole("button", { name: "very long", exact: false }).first().click();
      const text = page.getByRole("dialog").getByText("very long", { exact: false }).first();
      await expect.poll(async () => (await text.textContent())?.length, { timeout: 60_000 }).toBeGreaterThan(9_000);
      await page.goto(`${stack.url}/versions/${versionId}?filter=${encodeURIComponent('text ~ "<script>"')}`);
      await page.getByText("1 of 40 samples").waitFor();
      await page.getByRole("tab", { name: "Rejects 2" }).click();
      await page.getByText("text_too_long").waitFor();
      await page.getByText("metadata_invalid").waitFor();

      expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
      const overhang = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
      expect({ overhang, complaints }).toEqual({ overhang: 0, complaints: [] });
    },
    timeout,
  );

  it(
    "come with scores that are no numbers: those stand last, and the column says how many they are",
    async () => {
      const { page, complaints } = await open(`/versions/${versionId}?sort=meta.score&order=desc`);
      const cards = page.getByRole("main").getByRole("button", { name: /^picture number/ });
      await cards.first().waitFor();

      expect(await cards.first().getAttribute("aria-label")).toBe("picture number 28");
      expect(await cards.nth(1).getAttribute("aria-label")).toBe("picture number 0");
      const { data } = await stack.api.versions.samples(versionId, { filter: "has meta.score" });
      expect(data).toHaveLength(2);
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "none of which has an image that can be read make no empty version: the run says why, and so does the dataset",
    async () => {
      const tar = join(folder, "broken.tar");
      await writeCorpus(tar, 2, { isBroken: true });
      const dataset = await stack.api.datasets.create({ name: "broken" });
      const uploadIds = [await pushFile(stack.api, tar)];
      const made = madeBy({ kind: "ingest", datasetId: dataset.id, uploadIds });
      await expect(made).rejects.toThrow("no_samples");
      const [run] = (await stack.api.runs.list({ limit: 1, order: "desc" })).data;

      const { page, complaints } = await open(`/runs/${run?.id}`);
      await page.getByRole("alert").getByText("hold no usable sample (2 rejected)").waitFor();
      await page.goto(`${stack.url}/datasets/${dataset.id}`);
      await page.getByText("No version yet").waitFor();

      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "and a filter that makes no sense is answered in place, not with an error page",
    async () => {
      const { page } = await open(`/versions/${versionId}`);
      const cards = page.getByRole("button", { name: /^picture number/ });
      await cards.first().waitFor();

      await page.getByLabel("Filter", { exact: true }).fill("textLenght > 3");

      await page.getByText("did you mean textLength?").waitFor();
      expect(await cards.count()).toBeGreaterThan(0);
    },
    timeout,
  );
});
