import { CreateReport, ReportDocument } from "@whetstone/schemas/api";
import { evaluations, lifetimes, models } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { expect, it, vi } from "vitest";
import type { Context } from "../context.ts";
import { type Experience, makeStream, sendBatch } from "../streams/testing.ts";
import { makeContext } from "../testing.ts";
import { createReport } from "./create-report.ts";
import { listReports } from "./read-reports.ts";

// The first page loads the charting library, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** Two tasks learnt one after the other, evaluated before, between and after; `gain` lifts all evaluations. */
const makeLog = (gain: number): Experience[] =>
  ["test", "train", "test", "train", "test"].flatMap((block_type, block_num) =>
    Array.from({ length: 40 }, (_, i) => ({
      block_num,
      exp_num: block_num * 40 + i,
      block_type: block_type as "train" | "test",
      task_name: (block_type === "train" ? block_num === 1 : i < 20) ? "nav_1" : "nav_2",
      reward: block_num * (1 + gain) + Math.sin(i) / 10 + (block_type === "train" ? i / 40 : 0),
    })),
  );

/** A model of the name `clip` with an evaluation on one set. */
async function makeModel(ctx: Context & { workspaceId: string }, { number, value }: { number: number; value: number }) {
  const { workspaceId } = ctx;
  const common = { workspaceId, createdAt: ctx.now() };
  const modelId = ctx.newId("model");
  const main = { metric: "acc1", value, interval: { low: value - 0.125, high: value + 0.125 } };
  await ctx.db.batch([
    ctx.db.insert(models).values({
      ...common,
      id: modelId,
      name: "clip",
      number,
      hash: modelId,
      package: {} as never,
      files: [],
      metrics: {},
    }),
    ctx.db.insert(evaluations).values({
      ...common,
      id: ctx.newId("evaluation"),
      runId: ctx.newId("run"),
      modelId,
      tasks: [],
      results: [
        {
          name: "faces",
          versionId: "dsv_0",
          groups: [],
          status: "succeeded",
          error: null,
          main,
          cleanMain: null,
          scores: null,
          contamination: null,
          files: [],
        },
      ],
    }),
  ]);
}

async function setUp() {
  const ctx = await makeContext();
  const { id: streamId } = await makeStream(ctx);
  await sendBatch(ctx, { streamId, records: makeLog(0), lifetime: "seed-0" });
  return { ctx, streamId };
}

it("a report is a page with charts, its data and its tables, kept and listed", async () => {
  const { ctx, streamId } = await setUp();

  const report = await createReport(ctx, CreateReport.parse({ name: "Weekly", streamIds: [streamId] }));

  const download = async (name: string): Promise<string> => {
    const response = await fetch(report.files.find((file) => file.name === name)?.url ?? "");
    return response.text();
  };
  const html = await download("report.html");
  expect(html).toContain("<h1>Weekly</h1>");
  expect(html.match(/<svg/g)?.length).toBeGreaterThan(4);
  expect(html).not.toMatch(/<script|<link|src=|NaN/);
  const data = ReportDocument.parse(JSON.parse(await download("data.json")));
  expect(data.subjects[0]).toMatchObject({
    name: "minigrid",
    lifetimes: [{ name: "seed-0", tasks: ["nav_1", "nav_2"] }],
  });
  expect(await download("report.csv")).toContain("minigrid,seed-0,,avg_eval_perf,");
  const { data: listed } = await listReports(ctx, { limit: 10, order: "asc" });
  expect(listed.map(({ id }) => id)).toEqual([report.id]);
});

it("a report is compared with the last one of its name", async () => {
  const { ctx, streamId } = await setUp();
  const query = CreateReport.parse({ name: "Weekly", streamIds: [streamId] });
  await createReport(ctx, query);
  await createReport({ ...ctx, now: () => new Date(Date.now() + 1000) }, { ...query, name: "Another" });
  await sendBatch(ctx, { streamId, records: makeLog(0.5), lifetime: "seed-1" });

  const { files } = await createReport({ ...ctx, now: () => new Date(Date.now() + 2000) }, query);

  const response = await fetch(files.find(({ name }) => name === "data.json")?.url ?? "");
  const { history, subjects } = ReportDocument.parse(await response.json());
  expect(history).toHaveLength(1);
  expect(history[0]?.subjects[0]?.means["avg_eval_perf"]?.lifetimeCount).toBe(1);
  expect(subjects[0]?.means["avg_eval_perf"]?.lifetimeCount).toBe(2);
});

it("a report shows the metrics it was asked for, of the lifetimes of its period", async () => {
  const { ctx, streamId } = await setUp();
  const period = { from: "2020-01-01T00:00:00.000Z", to: new Date(Date.now() + 60_000).toISOString() };
  const query = CreateReport.parse({ name: "Weekly", streamIds: [streamId], metrics: ["avg_eval_perf"], period });

  const { files } = await createReport(ctx, query);
  const { files: none } = await createReport(ctx, { ...query, period: { ...period, to: "2020-02-01T00:00:00.000Z" } });

  const response = await fetch(files.find(({ name }) => name === "data.json")?.url ?? "");
  const { subjects } = ReportDocument.parse(await response.json());
  expect(Object.keys(subjects[0]?.means ?? {})).toEqual(["avg_eval_perf"]);
  expect(none.map(({ name }) => name)).not.toContain("report.html");
});

it("a report tells how models moved in their evaluations since the last one, and needs no stream for it", async () => {
  const ctx = await makeContext();
  const query = CreateReport.parse({ name: "Models", models: ["clip"] });
  await makeModel(ctx, { number: 1, value: 0.25 });
  await createReport(ctx, query);
  await makeModel(ctx, { number: 2, value: 0.75 });

  const { files } = await createReport({ ...ctx, now: () => new Date(Date.now() + 1000) }, query);

  const text = async (name: string) => (await fetch(files.find((file) => file.name === name)?.url ?? "")).text();
  const [html, mail, csv] = [await text("report.html"), await text("mail.html"), await text("report.csv")];
  const words = "clip@2 on faces: acc1 rose from 0.250 to 0.750";
  expect(html).toContain(words);
  expect(html).toContain("more than noise explains");
  expect(mail).toContain(words);
  expect(csv).toContain("clip@2,,faces,acc1,0.75,0.625,0.875,0.95,evaluation");
});

it("a model that is not there is not found", async () => {
  const ctx = await makeContext();

  const query = CreateReport.parse({ name: "Models", models: ["nothing"] });
  await expect(createReport(ctx, query)).rejects.toMatchObject({ code: "not_found" });
});

it("another workspace's stream is not found", async () => {
  const { streamId } = await setUp();
  const stranger = await makeContext();

  const query = CreateReport.parse({ name: "x", streamIds: [streamId] });
  await expect(createReport(stranger, query)).rejects.toMatchObject({ code: "not_found" });
});

it("what would take a request too long is left to a schedule", async () => {
  const { ctx, streamId } = await setUp();
  await ctx.db.update(lifetimes).set({ rowCount: 3_000_000 }).where(eq(lifetimes.streamId, streamId));

  const query = CreateReport.parse({ name: "Large", streamIds: [streamId] });
  await expect(createReport(ctx, query)).rejects.toMatchObject({ code: "payload_too_large" });
});
