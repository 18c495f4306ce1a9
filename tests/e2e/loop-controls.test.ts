import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Iteration, Loop } from "@whetstone/schemas/api";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { chromiumPath, findBarriers, openBrowser } from "./browser.ts";
import { pushTable } from "./furnish.ts";
import { openSignedIn } from "./sign-in.ts";
import { type Stack, startStack } from "./stack.ts";

const timeout = 480_000;
const root = new URL("../../", import.meta.url).pathname;
const LoopWithTurns = Loop.extend({ iterations: z.array(Iteration) });

describe("a loop in the hands of a person", () => {
  let stack: Stack;
  let policy: string;
  let task: string;
  let first: Loop;

  /** `whetstone loop ...` as a person types it; with `--json` what it prints is data. */
  const whetstone = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, WHETSTONE_URL: stack.url, WHETSTONE_KEY: stack.secrets.workspaceKey };
    const { stdout } = await promisify(execFile)(process.execPath, ["apps/cli/src/main.ts", "loop", ...args], {
      cwd: root,
      env,
    });
    return stdout;
  };
  const asLoop = async (...args: string[]): Promise<Loop> => Loop.parse(JSON.parse(await whetstone("--json", ...args)));
  const start = (name: string, ...more: string[]): string[] =>
    [
      `start --method b-star --policy ${policy} --policy-kind tabular --task ${task} --name ${name} --iterations 2`,
      "--seed 1 --measure count=4 --gate alpha=0.5 --gate maxSliceFall=1 --set mode=online-rft --set queries=40",
      "--set samplesWanted=80 --set draws=8 --set steps=40 --set batchSize=32 --set learningRate=0.5",
      "--set reward=verdict",
      ...more,
    ].flatMap((words) => words.split(" "));

  beforeAll(async () => {
    stack = await startStack({ runners: 1 });
    const table = await pushTable(stack.api);
    policy = table.policy.source.from === "upload" ? table.policy.source.uploadId : "";
    task = table.task.kind === "questions" ? table.task.uploadId : "";
    await whetstone(...start("first", "--watch"));
    const [newest] = (await stack.api.loops.list({ limit: 1 })).data;
    if (!newest) throw new Error("no loop was made");
    first = newest;
  }, timeout);
  afterAll(() => stack?.stop(), timeout);

  it("is started, watched, listed and shown by the command line", { timeout }, async () => {
    expect(first).toMatchObject({ name: "first", status: "succeeded", iteration: { done: 2, total: 2 } });
    expect(first.promoted).toBeGreaterThan(0);
    expect(await whetstone("list")).toContain(first.id);
    const shown = LoopWithTurns.parse(JSON.parse(await whetstone("--json", "show", first.id)));
    expect(shown.iterations.map(({ number }) => number)).toEqual([0, 1, 2]);
    expect(shown.verified).toEqual(shown.iterations[first.promoted]?.monitors?.verified);
    const kept = await stack.api.loops.samples(first.id, 1, { verdict: "kept", limit: 3 });
    const refused = await stack.api.loops.samples(first.id, 1, { verdict: "refused", limit: 3, order: "desc" });
    expect(new Set(kept.data.map(({ verdict }) => verdict))).toEqual(new Set(["kept"]));
    expect(refused.data.map(({ verdict }) => verdict)).not.toContain("kept");
    const next = await stack.api.loops.samples(first.id, 1, { verdict: "kept", limit: 3, after: kept.last_id ?? "" });
    expect(next.data.map(({ cursor }) => cursor)).not.toContain(kept.last_id);
  });

  it("is rolled back, promoted again, forked and compared", { timeout }, async () => {
    const back = await asLoop("rollback", first.id);
    expect(back.promoted).toBeLessThan(first.promoted);
    const turn = await stack.api.loops.iteration(first.id, first.promoted);
    expect(turn.status).toBe("rolled-back");

    const again = await asLoop("promote", first.id, "--iteration", String(first.promoted));
    expect(again).toMatchObject({ promoted: first.promoted, weights: first.weights });

    const fork = await asLoop("fork", first.id, "--iteration", "0", "--iterations", "1", "--name", "second");
    expect(fork.forkOf).toEqual({ loopId: first.id, iteration: 0 });
    await whetstone("watch", fork.id);
    const compared = await whetstone("compare", first.id, fork.id);
    expect(compared).toContain("of 40 queries");
  });

  it("is paused, goes on and is cancelled", { timeout }, async () => {
    const long = await asLoop(...start("long", "--iterations 40"));
    await expect.poll(async () => (await stack.api.loops.get(long.id)).status, { timeout: 60_000 }).toBe("running");
    expect((await asLoop("pause", long.id)).status).toBe("paused");
    expect((await asLoop("resume", long.id)).status).toBe("running");
    expect(["cancelling", "cancelled"]).toContain((await asLoop("cancel", long.id)).status);
  });

  it.skipIf(chromiumPath === undefined)("is looked at, and rolled back, in the dashboard", { timeout }, async () => {
    const browser: Browser = await openBrowser();
    try {
      const { page, complaints } = await openSignedIn(browser, stack, { timeoutMs: 30_000 });
      const visit = async (path: string) => {
        await page.goto(stack.url + path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
        expect({ path, barriers: await findBarriers(page) }).toEqual({ path, barriers: [] });
      };
      await visit("/loops");
      const { data } = await stack.api.loops.list({ limit: 3 });
      await visit(`/loops/compare?ids=${encodeURIComponent(JSON.stringify(data.map(({ id }) => id)))}`);
      await visit(`/runs/${first.runId}`);
      await visit(`/loops/${first.id}`);
      await page.getByRole("link", { name: "Iteration 1", exact: true }).click();
      await page.getByRole("heading", { name: "What iteration 1 drew" }).waitFor();
      await page.getByText("Not kept", { exact: true }).click();
      await page.waitForURL(/verdict=refused/);
      await page.getByRole("button", { name: "Roll back" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();
      await page.getByText("rolled-back").first().waitFor();
      expect((await stack.api.loops.get(first.id)).promoted).toBeLessThan(first.promoted);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
