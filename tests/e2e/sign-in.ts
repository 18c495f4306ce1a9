import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { watch } from "./browser.ts";
import type { Stack } from "./stack.ts";

export interface SignedIn extends BrowserContextOptions {
  /** How long the page's own waits may take: a busy machine is slow, not broken. */
  timeoutMs?: number;
}

/** A page of its own, signed in by a one-time link, with all it complains of. */
export async function openSignedIn(
  browser: Browser,
  stack: Stack,
  { timeoutMs, ...options }: SignedIn = {},
): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await browser.newContext(options)).newPage();
  if (timeoutMs !== undefined) page.setDefaultTimeout(timeoutMs);
  const complaints = watch(
    page,
    [stack.url, stack.s3Url].map((url) => new URL(url).origin),
  );
  await page.goto((await stack.api.session.createLink()).url);
  await page.getByRole("heading", { name: "Datasets", exact: true }).waitFor();
  return { page, complaints };
}
