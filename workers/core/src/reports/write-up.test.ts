import { ReportDocument } from "@whetstone/schemas/api";
import { expect, it } from "vitest";
import { type Experience, makeStream, sendBatch } from "../streams/testing.ts";
import { makeContext } from "../testing.ts";
import { createReport } from "./create-report.ts";
import { listReports } from "./read-reports.ts";

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

async function setUp() {
  const ctx = await makeContext();
  const { id: streamId } = await makeStream(ctx);
  await sendBatch(ctx, { streamId, records: makeLog(0), lifetime: "seed-0" });
  return { ctx, streamId };
}

it("a report is a page with charts, its data and its tables, kept and listed", async () => {
  const { ctx, streamId } = await setUp();

  const report = await createReport(ctx, { name: "Weekly", streamIds: [streamId], options: {} });

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
  const query = { name: "Weekly", streamIds: [streamId], options: {} };
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
  const query = { name: "Weekly", streamIds: [streamId], options: {}, metrics: ["avg_eval_perf"], period };

  const { files } = await createReport(ctx, query);
  const { files: none } = await createReport(ctx, { ...query, period: { ...period, to: "2020-02-01T00:00:00.000Z" } });

  const response = await fetch(files.find(({ name }) => name === "data.json")?.url ?? "");
  const { subjects } = ReportDocument.parse(await response.json());
  expect(Object.keys(subjects[0]?.means ?? {})).toEqual(["avg_eval_perf"]);
  expect(none.map(({ name }) => name)).not.toContain("report.html");
});

it("another workspace's stream is not found", async () => {
  const { streamId } = await setUp();
  const stranger = await makeContext();

  await expect(createReport(stranger, { name: "x", streamIds: [streamId], options: {} })).rejects.toMatchObject({
    code: "not_found",
  });
});
