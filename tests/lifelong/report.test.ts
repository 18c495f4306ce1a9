import {
  computeMetrics,
  describeFindings,
  loadReportRenderer,
  toCsv,
  toReportLifetime,
  toReportSubject,
} from "@whetstone/core/lifelong";
import { LifelongOptions } from "@whetstone/schemas/api";
import { ReportDocument, type ReportSubject } from "@whetstone/schemas/api";
import { beforeAll, expect, test } from "vitest";
import { makeTable, type MadeBlock } from "../../workers/core/src/lifelong/testing.ts";
import { createRandom } from "./make-log.ts";

const tasks = ["nav_1", "<b>lift</b>_1"];
let render: (report: ReportDocument) => string;

beforeAll(async () => {
  render = await loadReportRenderer();
}, 60_000);

test("a report is one file that loads nothing and runs nothing", () => {
  const html = render(makeReport([makeSubject("replay", 0.9)]));

  expect(html).not.toMatch(/<script|<link|<iframe|@import|url\(|javascript:| on\w+=/i);
  expect(html.match(/(src|href)="[^#]/g) ?? []).toEqual([]);
  expect(html.length).toBeLessThan(600_000);
});

test("every chart has a picture and the same numbers as a table", () => {
  const html = render(
    makeReport([makeSubject("replay", 0.9), makeSubject("naive", 0.4)], [makeSubject("replay", 0.7)]),
  );

  const sections = html.split("<section id=").slice(1);
  const perLearner = ["evaluation", "learning", "transfer", "efficiency"];
  expect(sections.map((section) => section.split('"')[1])).toEqual(
    ["effects", perLearner, perLearner, "trade-off", "history"].flat(),
  );
  for (const section of sections) {
    expect(section).toContain("<svg");
    expect(section).toContain("<tbody><tr>");
    expect(section).not.toContain("NaN");
  }
});

test("names of tasks can't bring markup into the page", () => {
  const html = render(makeReport([makeSubject("<img src=x>", 0.9)]));

  expect(html).not.toMatch(/<b>lift|<img/);
  expect(html).toContain("&lt;b&gt;lift&lt;/b&gt;_1");
});

test("words say what got better, what got worse, and how sure", () => {
  const before = makeSubject("learner", 0.5);
  const texts = (now: ReportSubject): string[] =>
    describeFindings(makeReport([now], [before])).map(({ kind, text }) => `${kind}: ${text}`);

  const better = texts(makeSubject("learner", 0.95));
  const worse = texts(makeSubject("learner", 0.2));
  const same = texts(before);

  expect(better.join("\n")).toMatch(/^better: Mean evaluation performance rose from .* more than noise explains\.$/m);
  expect(worse.join("\n")).toMatch(/^worse: Mean evaluation performance fell from .* more than noise explains\.$/m);
  expect(same.filter((text) => /^(better|worse)/.test(text))).toEqual([]);
});

test("the first report says what learning one task did to the others", () => {
  const findings = describeFindings(makeReport([makeSubject("learner", 0.4)]));

  expect(findings.find(({ text }) => text.startsWith("Performance maintenance"))).toEqual({
    kind: "worse",
    text: expect.stringMatching(/95 % interval.*tasks are forgotten while others are learnt/),
  });
  expect(findings.some(({ kind, text }) => kind === "look" && text.includes("loses most"))).toBe(true);
});

test("a report as data keeps everything the page is drawn from", () => {
  const report = makeReport([makeSubject("replay", 0.9)], [makeSubject("replay", 0.8)]);

  const again = ReportDocument.parse(JSON.parse(JSON.stringify(report)));

  expect(render(again)).toBe(render(report));
});

test("CSV holds means, lifetimes and tasks, and no cell a spreadsheet would run", () => {
  const csv = toCsv(makeReport([makeSubject("=cmd()", 0.9)]));
  const lines = csv.trim().split("\r\n");

  expect(lines[0]).toBe("created_at,subject,lifetime,task,metric,value,low,high,confidence,method");
  expect(lines.some((line) => line.includes("avg_eval_perf") && line.includes("bca-over-lifetimes"))).toBe(true);
  expect(lines.slice(1).every((line) => line.includes(",'=cmd(),"))).toBe(true);
});

function makeReport(subjects: ReportSubject[], before: ReportSubject[] = []): ReportDocument {
  const history = before.map(({ name, means }) => ({ name, means }));
  return {
    title: "Weekly",
    createdAt: "2026-11-23T06:00:00.000Z",
    period: null,
    options: LifelongOptions.parse({}),
    subjects,
    models: [],
    history: history.length > 0 ? [{ createdAt: "2026-11-16T06:00:00.000Z", subjects: history, models: [] }] : [],
  };
}

/** Five lifetimes that keep a share of what they knew each time another task is learnt. */
function makeSubject(name: string, kept: number): ReportSubject {
  const lifetimes = Array.from({ length: 5 }, (_, i) => {
    const random = createRandom(i + 1);
    const level = new Map(tasks.map((task) => [task, 0.05]));
    const noisy = (value: number): number => value + (random() - 0.5) * 0.1;
    const blocks: MadeBlock[] = [];
    const evaluate = (): void => {
      for (const task of tasks)
        blocks.push({ type: "test", task, values: Array.from({ length: 8 }, () => noisy(level.get(task) ?? 0)) });
    };
    evaluate();
    for (const task of [...tasks, ...tasks, ...tasks]) {
      const start = level.get(task) ?? 0;
      blocks.push({
        type: "train",
        task,
        values: Array.from({ length: 40 }, (__, k) => noisy(start + ((1 - start) * k) / 40)),
      });
      for (const other of tasks) level.set(other, other === task ? 1 : (level.get(other) ?? 0) * kept);
      evaluate();
    }
    const experts = tasks.map((task) => ({
      name: `expert of ${task}`,
      table: makeTable([{ type: "train", task, values: Array.from({ length: 60 }, (__, k) => noisy(k / 60)) }]),
    }));
    const result = computeMetrics({ table: makeTable(blocks), experts }, LifelongOptions.parse({}));
    return toReportLifetime(`life-${i}`, result);
  });
  return toReportSubject(name, lifetimes);
}
