import { CreateRun } from "@whetstone/schemas/api";
import { idempotencyKeys, runs, tasks, uploads } from "@whetstone/schemas/db";
import { createRun } from "@whetstone/core/runs/create-run";
import { silent } from "@whetstone/core/testing";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { claimSome, doTask, env, makeUpload, makeWorkspace, startWatched, waitForRun } from "./testing.ts";
import { tick } from "./tick.ts";

const long = 3 * 24 * 3600 * 1000;

it("starts a run whose start was lost", async () => {
  const { owner, runner } = await makeWorkspace();
  const lost = {
    ...silent,
    start: () => Promise.reject(new Error("no answer")),
    nudge: () => Promise.reject(new Error("no answer")),
  };
  const { id, status } = await createRun({ ...owner, pipeline: lost }, CreateRun.parse({ kind: "noop", taskCount: 1 }));
  await owner.db
    .update(runs)
    .set({ createdAt: new Date(Date.now() - 60_000) })
    .where(eq(runs.id, id));

  await tick(env);

  expect(status).toBe("queued");
  for (const row of await claimSome(runner)) await doTask(runner, row);
  expect((await waitForRun(owner, id)).status).toBe("succeeded");
});

it("wakes a workflow whose nudge was lost", async () => {
  const { owner, runner } = await makeWorkspace();
  const { id, instance } = await startWatched(owner, { kind: "noop", taskCount: 2 });
  await using _ = instance;
  const deaf = {
    ...runner,
    ctx: { ...runner.ctx, pipeline: { ...silent, nudge: () => Promise.reject(new Error("no answer")) } },
  };
  for (const row of await claimSome(deaf)) await doTask(deaf, row);

  await tick(env);

  expect((await waitForRun(owner, id)).status).toBe("succeeded");
});

it("begins the workflow of a run again when it is gone for good", async () => {
  const { owner, runner } = await makeWorkspace();
  const { id, instance } = await startWatched(owner, { kind: "noop", taskCount: 1 });
  await using _ = instance;
  const [row] = await claimSome(runner);
  await (await env.NOOP.get(id)).terminate();
  if (row) await doTask(runner, row);

  await tick(env);

  expect((await waitForRun(owner, id)).tasks).toMatchObject({ total: 1, succeeded: 1 });
});

it("takes back leases of silent runners where nobody claims", async () => {
  const { owner, runner } = await makeWorkspace();
  const { instance } = await startWatched(owner, { kind: "noop", taskCount: 1 });
  await using _ = instance;
  const [row] = await claimSome(runner);
  await owner.db
    .update(tasks)
    .set({ leaseExpiresAt: new Date(0) })
    .where(eq(tasks.id, row?.id ?? ""));

  await tick(env);

  const [after] = await owner.db
    .select()
    .from(tasks)
    .where(eq(tasks.id, row?.id ?? ""));
  expect(after).toMatchObject({ status: "queued", errorCode: "lease_expired" });
});

it("forgets kept answers and ends uploads whose time is over, and no others", async () => {
  const { owner } = await makeWorkspace();
  const [old, fresh] = [crypto.randomUUID(), crypto.randomUUID()];
  await owner.db.insert(idempotencyKeys).values({ id: old, bodyHash: "x", createdAt: new Date(Date.now() - long) });
  await owner.db.insert(idempotencyKeys).values({ id: fresh, bodyHash: "x", createdAt: new Date() });
  const [late, early] = [await makeUpload(owner), await makeUpload(owner)];
  for (const [id, expiresAt] of [
    [late, new Date(0)],
    [early, new Date(Date.now() + long)],
  ] as const) {
    const key = `w/${owner.workspaceId}/u/${id}/file`;
    await owner.db
      .update(uploads)
      .set({ status: "pending", expiresAt, multipartId: await owner.storage.createMultipart(key), key })
      .where(eq(uploads.id, id));
  }

  await tick(env);

  const kept = await owner.db.select({ id: idempotencyKeys.id }).from(idempotencyKeys);
  expect(kept.map((row) => row.id)).toContain(fresh);
  expect(kept.map((row) => row.id)).not.toContain(old);
  const rows = await owner.db
    .select({ id: uploads.id, status: uploads.status })
    .from(uploads)
    .where(eq(uploads.workspaceId, owner.workspaceId));
  expect(Object.fromEntries(rows.map((row) => [row.id, row.status]))).toEqual({
    [late]: "expired",
    [early]: "pending",
  });
});
