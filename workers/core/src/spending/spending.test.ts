import { Prices, type PricesInput, RunBudget } from "@whetstone/schemas/api";
import { describe, expect, it } from "vitest";
import type { Context } from "../context.ts";
import { replacePrices } from "../prices/replace-prices.ts";
import { closeRun } from "../runs/close-run.ts";
import { getRun } from "../runs/get-run.ts";
import { lookAtRun } from "../runs/look-at-run.ts";
import { retryRun } from "../runs/retry-run.ts";
import { makeRun, makeRunner } from "../runs/testing.ts";
import { claimTasks, type TaskRow } from "../tasks/claim-tasks.ts";
import { completeTasks } from "../tasks/complete-tasks.ts";
import { failTasks } from "../tasks/fail-tasks.ts";
import { makeContext } from "../testing.ts";
import { priceLoopBudget } from "./price-loop-budget.ts";

type Runner = Awaited<ReturnType<typeof makeRunner>>;

/** Past the making of any row here: a task is not lent before its time. */
const start = Date.now() + 60_000;
/** The same context so many seconds into the test. */
const at = <T extends Context>(ctx: T, seconds: number): T => ({ ...ctx, now: () => new Date(start + 1000 * seconds) });
const asSystem = (ctx: Context): Context => ({ ...ctx, actor: { kind: "system", job: "test" } });
const leaseOf = ({ id, attempt, lease }: TaskRow) => ({ taskId: id, attempt, lease: lease ?? "" });

async function claim({ ctx, runner }: Runner, { seconds = 0, max = 1 } = {}): Promise<TaskRow[]> {
  return claimTasks(at(ctx, seconds), { runner, max });
}

async function complete({ ctx, runner }: Runner, rows: TaskRow[], { seconds = 0, tokens = 0 } = {}): Promise<void> {
  const tasks = rows.map((row) => ({ ...leaseOf(row), result: { counts: { tokens } }, outputs: [] }));
  if (tasks.length > 0) await completeTasks(at(ctx, seconds), { runnerId: runner.id, tasks });
}

const setPrices = (owner: Context, prices: PricesInput) => replacePrices(owner, Prices.parse(prices));

/** Works as long as there is something to claim. */
async function work(runner: Runner, tokens: number, claimed: number[]): Promise<void> {
  for (;;) {
    const rows = await claim(runner, { max: 3 });
    if (rows.length === 0) return;
    claimed.push(...rows.map(({ index }) => index));
    await complete(runner, rows, { tokens });
  }
}

describe("what a run has spent", () => {
  it("counts a runner's time once, however many tasks it holds, and attempts in vain with it", async () => {
    const owner = at(await makeContext(), 0);
    const runId = await makeRun(owner, { taskCount: 3 });
    const runner = await makeRunner(owner);

    const [first, second, third] = await claim(runner, { max: 3 });
    if (!first || !second || !third) throw new Error("three tasks were to be lent");
    await complete(runner, [first], { seconds: 10 });
    await failTasks(at(runner.ctx, 14), {
      runnerId: runner.runner.id,
      tasks: [{ ...leaseOf(second), fate: "final", code: "boom", message: "it broke" }],
    });

    expect((await getRun(at(owner, 14), runId)).budget.spent).toEqual({ runnerSeconds: 14, tokens: 0, money: null });
    expect((await getRun(at(owner, 16), runId)).budget.spent.runnerSeconds).toBe(16);
    // The third task's runner fell silent: its lease ends half a minute after it began.
    await lookAtRun(at(asSystem(owner), 60), runId);
    expect((await getRun(at(owner, 90), runId)).budget.spent.runnerSeconds).toBe(30);
  });

  it("has its price by the first label that fits, and keeps the prices the run began with", async () => {
    const owner = at(await makeContext(), 0);
    await setPrices(owner, {
      currency: "EUR",
      runnerHour: 100,
      labels: [
        { label: "gpu", runnerHour: 1000 },
        { label: "cpu", runnerHour: 36 },
      ],
    });
    const runId = await makeRun(owner, { taskCount: 1 });
    await setPrices(owner, { currency: "USD", runnerHour: 7 });
    const runner = await makeRunner(owner);

    const rows = await claim(runner);
    const live = (await getRun(at(owner, 50), runId)).budget.spent.money;
    await complete(runner, rows, { seconds: 100 });
    await closeRun(at(asSystem(owner), 100), runId);
    await replacePrices(owner, null);

    expect(live).toEqual({ amount: 0.5, currency: "EUR" });
    expect(await getRun(at(owner, 999), runId)).toMatchObject({
      status: "succeeded",
      prices: { currency: "EUR", runnerHour: 100, tokens: null },
      budget: { limits: null, spent: { runnerSeconds: 100, money: { amount: 1, currency: "EUR" } } },
    });
  });

  it("is told of a cancelled run's work, too", async () => {
    const owner = at(await makeContext(), 0);
    const runId = await makeRun(owner, { taskCount: 2 });
    const runner = await makeRunner(owner);
    await claim(runner);

    await owner.db.run(`update runs set status = 'cancelling' where id = '${runId}'`);
    await closeRun(at(asSystem(owner), 5), runId);

    expect((await getRun(owner, runId)).budget.spent.runnerSeconds).toBe(5);
  });
});

describe("a budget", () => {
  it("ends the run at its limit, with no more tasks past it than were at work, and names what to do", async () => {
    const owner = await makeContext();
    const runId = await makeRun(owner, { taskCount: 60, budget: { tokens: 100 } });
    const runners = await Promise.all(Array.from({ length: 4 }, () => makeRunner(owner)));
    const claimed: number[] = [];

    // Nobody knows yet what a task costs, so each runner may take what it asks for.
    const held = await Promise.all(runners.map((runner) => claim(runner, { max: 1 })));
    for (const [i, rows] of held.entries()) await complete(runners[i] as Runner, rows, { tokens: 7 });
    await Promise.all(runners.map((runner) => work(runner, 7, claimed)));
    await lookAtRun(asSystem(owner), runId);
    await closeRun(asSystem(owner), runId);

    const run = await getRun(owner, runId);
    expect(run).toMatchObject({
      status: "failed",
      error: { code: "budget_spent" },
      tasks: { cancelled: 45, failed: 0 },
    });
    // 15 tasks of 7 tokens are the fewest that reach 100.
    expect(run.budget).toMatchObject({ limits: { tokens: 100 }, spent: { tokens: 105 } });
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(run.error?.message).toContain("the budget of 100 tokens is spent (105 so far) with 45 of 60 tasks left");
  });

  it("of time counts what is at work: nothing is begun while that alone reaches the limit", async () => {
    const owner = at(await makeContext(), 0);
    const runId = await makeRun(owner, { taskCount: 3, budget: { runnerSeconds: 20 } });
    const [one, other] = [await makeRunner(owner), await makeRunner(owner)];

    const rows = await claim(one);
    expect(await claim(other, { seconds: 21 })).toEqual([]);
    await complete(one, rows, { seconds: 22 });

    expect(await lookAtRun(at(asSystem(owner), 22), runId)).toMatchObject({ open: 0, isSpent: true });
  });

  it("that is reached with the last task ends nothing", async () => {
    const owner = await makeContext();
    const runId = await makeRun(owner, { taskCount: 1, budget: { tokens: 5 } });
    const runner = await makeRunner(owner);

    await complete(runner, await claim(runner), { tokens: 9 });
    await closeRun(asSystem(owner), runId);

    expect((await getRun(owner, runId)).status).toBe("succeeded");
  });

  it("that is spent takes a larger one to go on, which does only what is left", async () => {
    const owner = await makeContext();
    const runId = await makeRun(owner, { taskCount: 5, budget: { tokens: 10 } });
    const runner = await makeRunner(owner);
    await complete(runner, await claim(runner, { max: 2 }), { tokens: 6 });
    await closeRun(asSystem(owner), runId);

    await expect(retryRun(owner, runId)).rejects.toMatchObject({ code: "run_not_retryable" });
    await expect(retryRun(owner, runId, { budget: { tokens: 12 } })).rejects.toThrow("name a larger one");
    const again = await retryRun(owner, runId, { budget: { tokens: 1000 } });
    const claimed: number[] = [];
    await work(runner, 6, claimed);
    await closeRun(asSystem(owner), runId);

    expect(again).toMatchObject({ status: "running", tasks: { succeeded: 2, queued: 3 } });
    expect(claimed).toEqual([2, 3, 4]);
    expect(await getRun(owner, runId)).toMatchObject({
      status: "succeeded",
      budget: { limits: { tokens: 1000 }, spent: { tokens: 30 } },
    });
  });

  it("does not queue again what failed once it is spent", async () => {
    const owner = at(await makeContext(), 0);
    const runId = await makeRun(owner, { taskCount: 2, budget: { runnerSeconds: 5 } });
    const runner = await makeRunner(owner);
    const [row] = await claim(runner);
    if (!row) throw new Error("a task was to be lent");

    await failTasks(at(runner.ctx, 6), {
      runnerId: runner.runner.id,
      tasks: [{ ...leaseOf(row), fate: "retry", code: "boom", message: "it broke" }],
    });

    expect((await getRun(owner, runId)).tasks).toMatchObject({ queued: 0, cancelled: 2 });
  });

  it.each([
    { what: "no prices", prices: undefined, why: "needs prices" },
    { what: "prices in another currency", prices: { currency: "USD", runnerHour: 1 }, why: "prices are in USD" },
  ])("of money is refused with $what", async ({ prices, why }) => {
    const owner = await makeContext();
    if (prices) await setPrices(owner, prices);
    const budget = { money: { amount: 5, currency: "EUR" } };

    await expect(makeRun(owner, { budget })).rejects.toThrow(why);
  });

  it.each([{}, { tokens: 0 }, { token: 5 }, { runnerSeconds: -1 }, { money: { amount: 1, currency: "XXQ" } }])(
    "%j is none",
    (budget) => expect(RunBudget.safeParse(budget).success).toBe(false),
  );
});

describe("a loop's budget of money", () => {
  const money = { amount: 5, currency: "EUR" };
  const prices = { currency: "EUR", runnerHour: 1, labels: [{ label: "gpu", runnerHour: 3 }], tokens: null };

  it("is counted by the workspace's price of a GPU, or by its own", () => {
    expect(priceLoopBudget({ money, tokens: 7 }, prices)).toEqual({ tokens: 7, money: { ...money, perGpuHour: 3 } });
    expect(priceLoopBudget({ money }, { ...prices, labels: [] }).money?.perGpuHour).toBe(1);
    expect(priceLoopBudget({ money: { ...money, perGpuHour: 9 } }, null).money?.perGpuHour).toBe(9);
    expect(priceLoopBudget({ tokens: 7 }, null)).toEqual({ tokens: 7 });
  });

  it.each([
    { what: "no prices", having: null, why: "needs a price" },
    { what: "prices in another currency", having: { ...prices, currency: "USD" }, why: "prices are in USD" },
    { what: "a price of nothing", having: { ...prices, labels: [], runnerHour: 0 }, why: "costs nothing" },
  ])("is refused with $what", ({ having, why }) => {
    expect(() => priceLoopBudget({ money }, having)).toThrow(why);
  });
});
