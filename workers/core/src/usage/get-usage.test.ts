import { Prices, UsageQuery } from "@whetstone/schemas/api";
import { expect, it } from "vitest";
import { claimTasks } from "../tasks/claim-tasks.ts";
import { completeTasks } from "../tasks/complete-tasks.ts";
import { closeRun } from "../runs/close-run.ts";
import { makeRun, makeRunner } from "../runs/testing.ts";
import { makeContext } from "../testing.ts";
import { replacePrices } from "../prices/replace-prices.ts";
import { getUsage } from "./get-usage.ts";

const dayMs = 86_400_000;

async function endRun(owner: Awaited<ReturnType<typeof makeContext>>, taskCount: number): Promise<void> {
  const runId = await makeRun(owner, { taskCount });
  const { ctx, runner } = await makeRunner(owner);
  const rows = await claimTasks(ctx, { runner, max: taskCount });
  await completeTasks(ctx, {
    runnerId: runner.id,
    tasks: rows.map(({ id, attempt, lease }) => ({
      taskId: id,
      attempt,
      lease: lease ?? "",
      result: { counts: { samples: 5 } },
      outputs: [],
    })),
  });
  await closeRun({ ...owner, actor: { kind: "system", job: "test" } }, runId);
}

it("adds up what ended runs did by day, and leaves out what runs still and what is another workspace's", async () => {
  const owner = await makeContext();
  await endRun(owner, 2);
  await endRun(owner, 3);
  await makeRun(owner, { taskCount: 1 });
  await endRun(await makeContext(), 1);

  const { data, to } = await getUsage(owner, UsageQuery.parse({}));

  expect(data).toEqual([
    {
      day: to,
      kind: "noop",
      runs: 2,
      runSeconds: expect.any(Number),
      runnerSeconds: expect.any(Number),
      money: [],
      runsWithoutPrices: 2,
      succeededTasks: 5,
      failedTasks: 0,
      counts: { samples: 25 },
    },
  ]);
});

it("adds money up by currency, and says of how many runs it knows none", async () => {
  const owner = await makeContext();
  await endRun(owner, 1);
  for (const currency of ["USD", "EUR", "EUR"]) {
    await replacePrices(owner, Prices.parse({ currency, runnerHour: 3600 }));
    await endRun(owner, 1);
  }

  const { data } = await getUsage(owner, UsageQuery.parse({}));

  const [eur, usd] = data[0]?.money ?? [];
  expect(data).toMatchObject([{ runs: 4, runsWithoutPrices: 1 }]);
  expect([eur?.currency, usd?.currency]).toEqual(["EUR", "USD"]);
  expect(data[0]?.runnerSeconds).toBeGreaterThan((eur?.amount ?? 0) + (usd?.amount ?? 0));
});

it("looks no further back than asked", async () => {
  const owner = await makeContext();
  await endRun(owner, 1);
  const later = { ...owner, now: () => new Date(Date.now() + 3 * dayMs) };

  expect((await getUsage(later, UsageQuery.parse({ days: 3 }))).data).toEqual([]);
  expect((await getUsage(later, UsageQuery.parse({ days: 4 }))).data).toHaveLength(1);
});
