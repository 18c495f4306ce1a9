import { introspectWorkflowInstance } from "cloudflare:test";
import { CreateWebhook, type EventType, type WebhookDelivery } from "@whetstone/schemas/api";
import { webhookDeliveries } from "@whetstone/schemas/db";
import { silent } from "@whetstone/core/testing";
import { createWebhook } from "@whetstone/core/webhooks/create-webhook";
import { deleteWebhook, enableWebhook } from "@whetstone/core/webhooks/change-webhook";
import { eventRows, publishEvent } from "@whetstone/core/webhooks/publish-event";
import { getDelivery, getWebhook, listDeliveries } from "@whetstone/core/webhooks/read-webhooks";
import { redeliver, testWebhook } from "@whetstone/core/webhooks/redeliver";
import { eq } from "drizzle-orm";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { createSender, toRetryAfterMs } from "./send-webhook.ts";
import {
  claimSome,
  doTask,
  env,
  failTask,
  makeModel,
  makeVersion,
  makeWorkspace,
  type Owner,
  startWatched,
  received,
  receiverUrl,
  waitForRun,
} from "./testing.ts";
import { tick } from "./tick.ts";

const subscribe = (owner: Owner, query = "", events: Exclude<EventType, "webhook.test">[] = ["report.created"]) => {
  const url = receiverUrl(query);
  return createWebhook(owner, CreateWebhook.parse({ url, events })).then((webhook) => ({ ...webhook, url }));
};

const report = (owner: Owner, id = owner.newId("event")) => ({
  id,
  workspaceId: owner.workspaceId,
  type: "report.created" as const,
  data: { id: "rep_1", object: "report" },
});

/** Publishes an event to the one webhook there is, with its waits cut short, and follows the delivery to its end. */
async function deliver(owner: Owner): Promise<WebhookDelivery> {
  await publishEvent({ ...owner, pipeline: silent }, report(owner));
  const [delivery] = (await listDeliveries(owner, { limit: 1, order: "desc" })).data;
  if (!delivery) throw new Error("nothing was queued");
  await follow(owner, delivery.id, 0);
  return getDelivery(owner, delivery.id);
}

async function follow(owner: Owner, id: string, round: number): Promise<void> {
  await using instance = await introspectWorkflowInstance(env.DELIVER, `${id}-${round}`);
  await instance.modify((m) => m.disableSleeps());
  await owner.pipeline.deliver(id, round);
  await instance.waitForStatus("complete");
}

describe("a delivery", () => {
  it("arrives signed as Standard Webhooks says, thin, and once", async () => {
    const { owner } = await makeWorkspace();
    const webhook = await subscribe(owner);

    const delivery = await deliver(owner);

    const messages = await received(webhook.url);
    expect(messages).toHaveLength(1);
    const [message] = messages;
    const body = new Webhook(webhook.secret).verify(message?.body ?? "", message?.headers ?? {});
    expect(body).toEqual({
      type: "report.created",
      timestamp: expect.any(String),
      data: { id: "rep_1", object: "report" },
    });
    expect(message?.headers["webhook-id"]).toBe(delivery.eventId);
    expect(delivery).toMatchObject({ status: "delivered", attempts: 1, responseStatus: 204, nextAttemptAt: null });
    const stranger = new Webhook(`whsec_${btoa("another secret of 24 bytes")}`);
    expect(() => stranger.verify(message?.body ?? "", message?.headers ?? {})).toThrow("No matching signature");
  });

  it("is tried until it is taken, under the same id with a fresh signature", async () => {
    const { owner } = await makeWorkspace();
    const webhook = await subscribe(owner, "status=500,302,204&location=/elsewhere");

    const delivery = await deliver(owner);

    const messages = await received(webhook.url);
    expect(messages).toHaveLength(3);
    expect(new Set(messages.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    for (const { body, headers } of messages) new Webhook(webhook.secret).verify(body, headers);
    expect(delivery).toMatchObject({ status: "delivered", attempts: 3, responseStatus: 204, error: null });
    expect(await received(new URL("/elsewhere", webhook.url).href)).toEqual([]);
  });

  it("is a dead letter after ten tries, is listed as one, and goes out again on request", async () => {
    const { owner } = await makeWorkspace();
    const webhook = await subscribe(owner, `status=${"503,".repeat(10)}200`);

    const dead = await deliver(owner);
    const { data: letters } = await listDeliveries(owner, { limit: 5, order: "desc", status: "dead" });
    const again = await redeliver({ ...owner, pipeline: silent }, dead.id);
    await follow(owner, dead.id, 1);

    expect(dead).toMatchObject({ status: "dead", attempts: 10, responseStatus: 503, nextAttemptAt: null });
    expect(letters.map(({ id }) => id)).toEqual([dead.id]);
    expect(again).toMatchObject({ status: "pending", attempts: 0 });
    expect(await getDelivery(owner, dead.id)).toMatchObject({
      status: "delivered",
      attempts: 1,
      eventId: dead.eventId,
    });
    expect(await received(webhook.url)).toHaveLength(11);
  });

  it("waits as long as the receiver asks", async () => {
    const { owner } = await makeWorkspace();
    await subscribe(owner, "status=429&retry-after=3600");
    await publishEvent(owner, report(owner));

    const delivery = await until(owner, ({ attempts }) => attempts === 1);

    const waitMs = Date.parse(delivery.nextAttemptAt ?? "") - Date.parse(delivery.lastAttemptAt ?? "");
    expect(delivery.status).toBe("pending");
    expect(Math.abs(waitMs - 3_600_000)).toBeLessThan(5_000);
    await expect(redeliver(owner, delivery.id)).rejects.toMatchObject({ code: "conflict" });
  });

  it("to a receiver that is gone disables its webhook, and what comes later is not queued", async () => {
    const { owner } = await makeWorkspace();
    const webhook = await subscribe(owner, "status=410");

    const delivery = await deliver(owner);
    await publishEvent(owner, report(owner));

    expect(delivery).toMatchObject({ status: "dead", attempts: 1, responseStatus: 410 });
    expect(await getWebhook(owner, webhook.id)).toMatchObject({
      status: "disabled",
      disabledReason: "the receiver answered 410",
    });
    expect((await listDeliveries(owner, { limit: 5, order: "desc" })).data).toHaveLength(1);
    await expect(redeliver(owner, delivery.id)).rejects.toMatchObject({ code: "conflict" });
    await expect(testWebhook(owner, webhook.id)).rejects.toMatchObject({ code: "conflict" });
    expect(await enableWebhook(owner, webhook.id)).toMatchObject({ status: "enabled", disabledReason: null });
  });

  it("ends quietly when its webhook is deleted on the way", async () => {
    const { owner } = await makeWorkspace();
    const webhook = await subscribe(owner);
    await publishEvent({ ...owner, pipeline: silent }, report(owner));
    const [delivery] = (await listDeliveries(owner, { limit: 1, order: "desc" })).data;
    await deleteWebhook(owner, webhook.id);

    await follow(owner, delivery?.id ?? "", 0);

    expect(await received(webhook.url)).toEqual([]);
  });

  it("that nobody set out to make is made by the tick", async () => {
    const { owner } = await makeWorkspace();
    const webhook = await subscribe(owner);
    await publishEvent({ ...owner, pipeline: silent }, report(owner));
    await owner.db
      .update(webhookDeliveries)
      .set({ nextAttemptAt: new Date(Date.now() - 600_000) })
      .where(eq(webhookDeliveries.webhookId, webhook.id));

    await tick(env);

    expect(await until(owner, ({ status }) => status === "delivered")).toMatchObject({ attempts: 1 });
  });
});

describe("an event", () => {
  it("published twice is delivered once to each webhook that wants its type", async () => {
    const { owner } = await makeWorkspace();
    const [first, second, deaf] = [
      await subscribe(owner),
      await subscribe(owner),
      await subscribe(owner, "", ["run.failed"]),
    ];
    const event = report(owner);

    await owner.db.batch([eventRows(owner, event), eventRows(owner, event)]);
    await publishEvent(owner, event);

    const { data } = await listDeliveries(owner, { limit: 10, order: "asc" });
    expect(data.map(({ webhookId }) => webhookId).toSorted()).toEqual([first.id, second.id].toSorted());
    expect(data.map(({ id }) => id)).toEqual([...new Set(data.map(({ id }) => id))]);
    expect(data.every(({ id }) => /^whd_[0-9a-f]{12}7[0-9a-f]{3}8[0-9a-f]{15}$/.test(id))).toBe(true);
    expect(await received(deaf.url)).toEqual([]);
  });

  it("tells of an evaluation that ended, and of its run", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const versionId = await makeVersion(workspace);
    const webhook = await subscribe(owner, "", ["run.succeeded", "run.failed", "evaluation.completed"]);
    const { id, instance } = await startWatched(owner, {
      kind: "evaluate",
      versionId,
      modelId: await makeModel(owner),
      tasks: [{ type: "retrieval" }],
    });
    await using _ = instance;
    for (const row of await claimSome(runner)) await doTask(runner, row);
    const { output } = await waitForRun(owner, id);
    const failing = await startWatched(owner, { kind: "noop", taskCount: 1 });
    await using failingInstance = failing.instance;
    for (const row of await claimSome(runner)) await failTask(runner, row);
    await waitForRun(owner, failing.id);
    await failingInstance.waitForStatus("complete");

    await until(owner, () => true, 3);

    const bodies = (await received(webhook.url)).map(({ body }) => JSON.parse(body));
    expect(bodies.toSorted((a, b) => a.type.localeCompare(b.type))).toMatchObject([
      { type: "evaluation.completed", data: { id: output.evaluationId, object: "evaluation", runId: id } },
      { type: "run.failed", data: { id: failing.id, status: "failed", error: { code: "tasks_failed" } } },
      { type: "run.succeeded", data: { id, object: "run", kind: "evaluate", status: "succeeded", error: null } },
    ]);
  });
});

describe("the sender", () => {
  const message = (url: string) => ({ url, headers: {}, body: "{}" });

  it("looks a name up and refuses it when any of its addresses is private", async () => {
    const rebound = createSender({ allowsPrivate: false }, async () => ["93.184.215.14", "10.0.0.7"]);
    const unknown = createSender({ allowsPrivate: false }, () => Promise.reject(new Error("x.test can't be resolved")));

    expect(await rebound(message("https://x.test/"))).toEqual({ error: "x.test has a private address" });
    expect(await unknown(message("https://x.test/"))).toEqual({ error: "x.test can't be resolved" });
  });

  it("says why a receiver can't be reached", async () => {
    const answer = await createSender({ allowsPrivate: true })(message("http://127.0.0.1:9/"));

    expect(answer).toEqual({ error: expect.stringMatching(/./) });
  });

  it("reads Retry-After as seconds or as a date", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");

    expect(toRetryAfterMs("120", now)).toBe(120_000);
    expect(toRetryAfterMs("Thu, 01 Jan 2026 00:01:00 GMT", now)).toBe(60_000);
    expect(toRetryAfterMs("soon", now)).toBeUndefined();
    expect(toRetryAfterMs(null, now)).toBeUndefined();
  });
});

/** Waits for the newest delivery to be as wanted, or with `count` for so many to have arrived. */
async function until(owner: Owner, isAsWanted: (delivery: WebhookDelivery) => boolean, count = 0) {
  for (let tries = 0; tries < 200; tries += 1) {
    const { data } = await listDeliveries(owner, { limit: 20, order: "desc" });
    const arrived = data.filter(({ status }) => status === "delivered").length;
    if (data[0] && isAsWanted(data[0]) && arrived >= count) return data[0];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("no delivery became as wanted in ten seconds");
}
