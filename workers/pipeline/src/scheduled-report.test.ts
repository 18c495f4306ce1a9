import { introspectWorkflowInstance } from "cloudflare:test";
import { CreateReport, CreateSchedule, CreateWebhook } from "@whetstone/schemas/api";
import { reports, scheduleRuns, schedules } from "@whetstone/schemas/db";
import type { Context } from "@whetstone/core/context";
import { updateSchedule } from "@whetstone/core/schedules/change-schedule";
import { createSchedule } from "@whetstone/core/schedules/create-schedule";
import { queueDueSchedules } from "@whetstone/core/schedules/queue-due-schedules";
import { getSchedule, listScheduleRuns } from "@whetstone/core/schedules/read-schedules";
import { runSchedule } from "@whetstone/core/schedules/run-schedule";
import { makeExperiences, makeStream, sendBatch } from "@whetstone/core/streams/testing";
import { silent } from "@whetstone/core/testing";
import { createWebhook } from "@whetstone/core/webhooks/create-webhook";
import { eq } from "drizzle-orm";
import { Webhook } from "standardwebhooks";
import { expect, it, vi } from "vitest";
import { env, makeWorkspace, type Owner, received, receiverUrl } from "./testing.ts";
import { tick } from "./tick.ts";

// The first report loads the charting library, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const hour = 3_600_000;
const patienceMs = 60_000;
const page = { limit: 20, order: "asc" } as const;

async function setUp(cron = "0 * * * *") {
  const { owner } = await makeWorkspace();
  const stream = await makeStream(owner);
  await sendBatch(owner, {
    streamId: stream.id,
    lifetime: "seed-0",
    records: [0, 1, 2].flatMap((block) => makeExperiences(block, { first: block * 20, count: 20 })),
  });
  const report = { name: "Weekly <b>report</b>", streamIds: [stream.id] };
  const schedule = await createSchedule(owner, CreateSchedule.parse({ name: "weekly", cron, report }));
  return { owner, streamId: stream.id, scheduleId: schedule.id };
}

/** The schedule fell due `ms` ago. */
async function letFallDue(owner: Owner, scheduleId: string, ms = 1000): Promise<Date> {
  const dueAt = new Date(Math.floor((Date.now() - ms) / 1000) * 1000);
  await owner.db.update(schedules).set({ nextDueAt: dueAt }).where(eq(schedules.id, scheduleId));
  return dueAt;
}

const runsOf = async (owner: Owner, scheduleId: string) => (await listScheduleRuns(owner, scheduleId, page)).data;

async function whenOver(owner: Owner, scheduleId: string) {
  return vi.waitFor(
    async () => {
      const runs = await runsOf(owner, scheduleId);
      if (runs.length > 0 && runs.every(({ finishedAt }) => finishedAt !== null)) return runs;
      throw new Error("the schedule's runs have not ended");
    },
    { timeout: patienceMs, interval: 100 },
  );
}

it("a schedule that falls due makes its report, and a webhook hears of it with a valid signature", async () => {
  const { owner, scheduleId, streamId } = await setUp();
  const url = receiverUrl();
  const { secret } = await createWebhook(owner, CreateWebhook.parse({ url, events: ["report.created"] }));
  const dueAt = await letFallDue(owner, scheduleId);

  await tick(env);

  const [run] = await whenOver(owner, scheduleId);
  expect(run).toMatchObject({ status: "succeeded", trigger: "clock", dueAt: dueAt.toISOString(), error: null });
  const [message] = await arrivals(url);
  const event = new Webhook(secret).verify(message?.body ?? "", message?.headers ?? {});
  expect(event).toMatchObject({ type: "report.created", data: { id: run?.reportId, object: "report", scheduleId } });

  const report = await owner.db.query.reports.findFirst({ where: eq(reports.id, run?.reportId ?? "") });
  const read = async (name: string) => {
    const file = report?.files.find((each) => each.name === name);
    return owner.storage.getText(file?.key ?? "", { maxBytes: 1e6 });
  };
  const document = JSON.parse(await read("report.json"));
  expect(document.streams[0]).toMatchObject({ id: streamId, name: "minigrid" });
  expect(document.streams[0].lifetimes[0]).toMatchObject({ lifetime: "seed-0", error: null });
  expect(document.streams[0].lifetimes[0].metrics.avg_eval_perf).toBeGreaterThan(1);
  const mail = await read("mail.html");
  expect(mail).toContain("Weekly &lt;b&gt;report&lt;/b&gt;");
  expect(mail).toContain("seed-0");
  expect(mail).not.toMatch(/<script|<link|src=|href=/);
});

it("ticks at once, and a tick after a crash, make one report", async () => {
  const { owner, scheduleId } = await setUp();
  const dueAt = await letFallDue(owner, scheduleId);

  await Promise.all([tick(env), tick(env), tick(env)]);
  await letFallDueAt(owner, scheduleId, dueAt);
  await tick(env);

  const runs = await whenOver(owner, scheduleId);
  expect(runs).toHaveLength(1);
  expect(await owner.db.$count(reports, eq(reports.scheduleId, scheduleId))).toBe(1);
});

it("due times missed in an outage are made up for once, and the next is in the future", async () => {
  const { owner, scheduleId } = await setUp();
  const dueAt = await letFallDue(owner, scheduleId, 50 * hour);

  await tick(env);
  await tick(env);

  const runs = await whenOver(owner, scheduleId);
  expect(runs.map((run) => run.dueAt)).toEqual([dueAt.toISOString()]);
  const schedule = await getSchedule(owner, scheduleId);
  expect(Date.parse(schedule.nextDueAt ?? "")).toBeGreaterThan(Date.now());
  expect(schedule.lastDueAt).toBe(dueAt.toISOString());
});

it("a paused schedule is not due, runs by hand, and makes up for nothing when it goes on", async () => {
  const { owner, scheduleId } = await setUp();
  await updateSchedule(owner, scheduleId, { isPaused: true });
  await tick(env);
  expect(await runsOf(owner, scheduleId)).toEqual([]);

  const byHand = await runSchedule(owner, scheduleId);
  const [run] = await whenOver(owner, scheduleId);
  const resumed = await updateSchedule(owner, scheduleId, { isPaused: false });

  expect(byHand).toMatchObject({ trigger: "hand", status: "queued" });
  expect(run).toMatchObject({ id: byHand.id, status: "succeeded" });
  expect(Date.parse(resumed.nextDueAt ?? "")).toBeGreaterThan(Date.now());
  expect(await runsOf(owner, scheduleId)).toHaveLength(1);
});

it("a pause between looking and queueing wins", async () => {
  const { owner, scheduleId } = await setUp();
  await letFallDue(owner, scheduleId);
  const raced: Context = {
    ...owner,
    actor: { kind: "system", job: "tick" },
    db: new Proxy(owner.db, {
      get: (db, name, receiver) =>
        name === "batch"
          ? async (...args: Parameters<typeof db.batch>) => {
              await owner.db
                .update(schedules)
                .set({ isPaused: true, nextDueAt: null })
                .where(eq(schedules.id, scheduleId));
              return db.batch(...args);
            }
          : Reflect.get(db, name, receiver),
    }),
  };

  await queueDueSchedules(raced);

  expect(await runsOf(owner, scheduleId)).toEqual([]);
});

it("a lost start is made up for by the tick", async () => {
  const { owner, scheduleId } = await setUp();
  await runSchedule(
    { ...owner, pipeline: { ...silent, report: () => Promise.reject(new Error("no answer")) } },
    scheduleId,
  );

  await tick(env);

  expect((await whenOver(owner, scheduleId))[0]?.status).toBe("succeeded");
});

it("a step that fails is repeated and makes no second report", async () => {
  const { owner, scheduleId } = await setUp();
  const { id } = await runSchedule({ ...owner, pipeline: silent }, scheduleId);
  await using instance = await introspectWorkflowInstance(env.REPORT, id);
  await instance.modify(async (m) => {
    await m.disableRetryDelays();
    await m.mockStepError({ name: "tell" }, new Error("lost"), 2);
  });

  await owner.pipeline.report(id);

  await instance.waitForStatus("complete");
  expect((await runsOf(owner, scheduleId))[0]).toMatchObject({ status: "succeeded" });
  expect(await owner.db.$count(reports, eq(reports.scheduleId, scheduleId))).toBe(1);
});

it("a report that can't be made says why", async () => {
  const { owner, scheduleId, streamId } = await setUp();
  const report = CreateReport.parse({ name: "gone", streamIds: [streamId], options: { perfMeasure: "nothing" } });
  await owner.db
    .update(schedules)
    .set({ report: { ...report, streamIds: ["str_gone"] } })
    .where(eq(schedules.id, scheduleId));

  await runSchedule(owner, scheduleId);

  const [run] = await whenOver(owner, scheduleId);
  expect(run).toMatchObject({ status: "failed", reportId: null, error: { code: "not_found" } });
});

it("runs of a deleted schedule go with it, and its reports stay", async () => {
  const { owner, scheduleId } = await setUp();
  await runSchedule(owner, scheduleId);
  await whenOver(owner, scheduleId);

  await owner.db.delete(schedules).where(eq(schedules.id, scheduleId));

  expect(await owner.db.$count(scheduleRuns, eq(scheduleRuns.scheduleId, scheduleId))).toBe(0);
  expect(await owner.db.$count(reports, eq(reports.scheduleId, scheduleId))).toBe(1);
});

async function letFallDueAt(owner: Owner, scheduleId: string, dueAt: Date): Promise<void> {
  await owner.db.update(schedules).set({ nextDueAt: dueAt }).where(eq(schedules.id, scheduleId));
}

async function arrivals(url: string): ReturnType<typeof received> {
  return vi.waitFor(
    async () => {
      const messages = await received(url);
      if (messages.length > 0) return messages;
      throw new Error("nothing has arrived");
    },
    { timeout: patienceMs, interval: 100 },
  );
}
