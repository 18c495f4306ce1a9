import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, findBarriers, openBrowser } from "./browser.ts";
import { furnish, furnishModels, furnishRefined } from "./furnish.ts";
import { openSignedIn, type SignedIn } from "./sign-in.ts";
import { type Stack, startStack } from "./stack.ts";

const timeout = 240_000;
const slow = { timeout: 90_000 };
const dayMs = 86_400_000;

// As in dashboard.test.ts: without a browser there is nothing to test.
describe.skipIf(chromiumPath === undefined)("versions of a dataset", () => {
  let stack: Stack;
  let browser: Browser;
  let plainId: string;
  let profiledId: string;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ runners: 1 }), openBrowser()]);
    plainId = (await furnish(stack.api, { samples: 12 })).versionId;
    await furnishModels(stack.api, plainId);
    profiledId = await furnishRefined(stack.api, plainId);
  }, 2 * timeout);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  }, timeout);

  const signIn = (options?: SignedIn) => openSignedIn(browser, stack, { timeoutMs: slow.timeout, ...options });
  const pairsPath = () => `/versions/${plainId}/with/${profiledId}`;

  it(
    "stand side by side, word by word, and the address says which sample is open",
    async () => {
      const { page, complaints } = await signIn();
      await page.goto(stack.url + pairsPath());
      await page.getByRole("heading", { name: "Version 1 beside version 3" }).waitFor();
      await page.locator("ins").first().waitFor();

      await page.getByRole("button", { name: "picture number 3", exact: true }).click();
      const card = page.getByRole("dialog");
      await card.getByRole("link", { name: "Version 3" }).waitFor();
      await page.keyboard.press("ArrowRight");
      await card.getByText("picture number 4", { exact: true }).first().waitFor();
      const other = (await signIn()).page;
      await other.goto(page.url());
      await other.getByRole("dialog").getByText("picture number 4", { exact: true }).first().waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Swap the two" }).click();

      await page.getByRole("heading", { name: "Version 3 beside version 1" }).waitFor();
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "are reviewed from the most doubtful sample on",
    async () => {
      const { page, complaints } = await signIn();
      await page.goto(`${stack.url}/versions/${profiledId}`);
      await page.getByRole("button", { name: "Review the doubtful" }).click();
      const doubtful = { filter: "not has review", sort: "margin", order: "asc" } as const;
      const [first, second] = (await stack.api.versions.samples(profiledId, doubtful)).data;

      // Refined samples bear their d+ in the grid.
      const card = page.getByRole("button", { name: first?.refinement?.positiveDescription ?? "", exact: true });
      await card
        .first()
        .getByText(String(Number(Number(first?.facts["margin"]).toPrecision(4))))
        .waitFor();
      await card.first().click();
      const dialog = page.getByRole("dialog");
      await dialog
        .getByText(first?.text ?? "", { exact: true })
        .first()
        .waitFor();
      await page.keyboard.press("a");
      await dialog
        .getByText(second?.text ?? "", { exact: true })
        .first()
        .waitFor();

      const [next] = (await stack.api.versions.samples(profiledId, doubtful)).data;
      expect(next?.uid).toBe(second?.uid);
      expect(Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject(doubtful);
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "are asked by a text and by an image in the playground",
    async () => {
      const { page, complaints } = await signIn();
      await page.goto(`${stack.url}/playground?version=${profiledId}`);
      await page.getByLabel("Type a text").fill("a blue picture");
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByText("The 12 nearest images, by cosine").waitFor();

      const picture = await page.getByRole("main").locator("img").first().screenshot({ type: "png" });
      const dropped = await page.evaluateHandle((base64) => {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
        return transfer;
      }, picture.toString("base64"));
      await page.getByText("Drop an image here").dispatchEvent("drop", { dataTransfer: dropped });
      await page.getByText("The 12 nearest texts, by cosine").waitFor();
      await page.getByRole("img", { name: "What was asked" }).waitFor();
      const shared = page.url();
      await page.goBack();
      await page.getByText("The 12 nearest images, by cosine").waitFor();
      await page.goto(shared);

      const rows = page.getByRole("table", { name: "Texts" }).getByRole("row");
      await expect.poll(() => rows.count(), slow).toBe(13);
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "say in the playground what they lack",
    async () => {
      const { page, complaints } = await signIn();
      const [model] = (await stack.api.models.list({ limit: 1 })).data;
      await page.goto(`${stack.url}/playground?version=${plainId}&model=${model?.id}`);

      await page.getByText(`Version 1 has no embeddings by ${model?.name} ${model?.number}`).waitFor();
      await page.goto(`${stack.url}/versions/${plainId}`);
      await page.getByPlaceholder("No embeddings to search").waitFor();

      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "say that no sample matches, and which layer's column they lack",
    async () => {
      const { page } = await signIn();
      const path = `${stack.url}/versions/${plainId}`;

      await page.goto(`${path}?filter=${encodeURIComponent("textLength < 0")}`);
      await page.getByText("No sample matches").waitFor();
      await page.goto(`${path}?sort=textScore`);
      await page.getByText("has no column textScore to sort by").waitFor();
      await page.goto(`${path}?filter=${encodeURIComponent("textScore < 1")}`);

      await page.getByText("the filter can't be used: this version has no column textScore").waitFor();
      await expect.poll(() => page.getByText("Counting").count(), slow).toBe(0);
      expect(await page.getByRole("heading", { name: "Version 1" }).count()).toBe(1);
    },
    timeout,
  );

  it(
    "show that an image can't be had, and all the rest",
    async () => {
      const { page } = await signIn();
      await page.route(`${stack.s3Url}/**`, (route) => route.fulfill({ status: 404, body: "gone" }));

      await page.goto(`${stack.url}/versions/${plainId}`);

      const broken = page.getByRole("img", { name: "The image can't be shown" });
      await broken.first().waitFor();
      expect(await broken.count()).toBeGreaterThan(5);
      await page.getByRole("button", { name: "picture number 0", exact: true }).click();
      await page.getByRole("dialog").getByText("picture number 0", { exact: true }).waitFor();
    },
    timeout,
  );

  it.each([-dayMs, dayMs])(
    "do not mind a browser's clock that is off by %d ms",
    async (offMs) => {
      const { page, complaints } = await signIn();
      await page.clock.setFixedTime(Date.now() + offMs);

      await page.goto(`${stack.url}/versions/${profiledId}`);

      const image = page.getByRole("main").locator("button img").first();
      await expect.poll(() => image.evaluate((img) => (img as HTMLImageElement).naturalWidth), slow).toBeGreaterThan(0);
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  it(
    "are reviewed in one tab and seen so in another, and signing out ends both",
    async () => {
      const { page } = await signIn();
      const second = await page.context().newPage();
      const { data } = await stack.api.versions.samples(plainId, { limit: 1 });
      const path = `${stack.url}/versions/${plainId}?uid=${data[0]?.uid}`;
      await page.goto(path);
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^Accept/ })
        .click();
      await expect.poll(async () => (await stack.api.versions.reviews(plainId)).data.length, slow).toBe(1);
      await second.goto(path);
      await second
        .getByRole("dialog")
        .getByText(/accepted by/)
        .waitFor(slow);

      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "local" }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await second.goto(`${stack.url}/runs`);

      await second.getByRole("heading", { name: "Sign in" }).waitFor(slow);
    },
    timeout,
  );

  it.each(["light", "dark"] as const)(
    "meet no barrier that axe finds, in %s, nor one wider than a telephone",
    async (colorScheme) => {
      const { page } = await signIn({ colorScheme, viewport: { width: 360, height: 740 } });
      const uid = (await stack.api.versions.samples(plainId, { limit: 1 })).data[0]?.uid;
      const paths = [
        pairsPath(),
        `${pairsPath()}?uid=${uid}`,
        `/playground?version=${profiledId}`,
        "/settings?tab=workspace",
      ];
      for (const path of paths) {
        await page.goto(stack.url + path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
        const overhang = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
        expect({ path, overhang, barriers: await findBarriers(page) }).toEqual({ path, overhang: 0, barriers: [] });
      }
    },
    timeout,
  );
});
