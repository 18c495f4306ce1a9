import { CreateEvaluation, CreateSuite, EvaluationScores } from "@whetstone/schemas/api";
import { datasets, models } from "@whetstone/schemas/db";
import { createEvaluation } from "@whetstone/core/evaluations/create-evaluation";
import { compareEvaluations } from "@whetstone/core/evaluations/compare-evaluations";
import { getEvaluation, listEvaluationFiles, listEvaluations } from "@whetstone/core/evaluations/read-evaluations";
import { renderEvaluation } from "@whetstone/core/evaluations/render-evaluation";
import { toCsv } from "@whetstone/core/evaluations/report/to-csv";
import { toOpenAi } from "@whetstone/core/evaluations/report/to-openai";
import { createSuite } from "@whetstone/core/suites/create-suite";
import { cancelRun } from "@whetstone/core/runs/cancel-run";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import {
  claimSome,
  completeEvaluation,
  failTask,
  makeModel,
  makeVersion,
  makeWorkspace,
  waitForRun,
} from "./testing.ts";

type Workspace = Awaited<ReturnType<typeof makeWorkspace>>;

const scoresOf = (acc1: number): EvaluationScores =>
  EvaluationScores.parse({
    type: "zero-shot-classification",
    sampleCount: 400,
    classCount: 2,
    acc1,
    acc5: null,
    meanPerClassRecall: acc1 / 2,
    macroF1: acc1,
    main: { metric: "acc1", value: acc1 },
    intervals: { acc1: { low: acc1 - 0.05, high: acc1 + 0.05 } },
    emptyClassCount: 0,
    skippedCount: 0,
    classes: [{ name: "<b>cat</b>", count: 4, recall: 0.5, precision: 0.5, f1: 0.5 }],
    confusions: [{ label: "cat", predicted: "=dog()", count: 2 }],
    groups: null,
    calibration: { ece: 0.1, logitScale: 100, bins: [] },
  });

/** Which of 400 samples are right; the first model's are a part of the second's. */
const rightUpTo = (count: number) =>
  Array.from({ length: 400 }, (_, i) => ({ uid: i.toString(16).padStart(32, "0"), correct: i < count ? 1 : 0 }));

async function makeSuite(workspace: Workspace) {
  const { owner } = workspace;
  const [first, second] = [await makeVersion(workspace), await makeVersion(workspace)];
  const suite = await createSuite(
    owner,
    CreateSuite.parse({
      name: "core",
      sets: [
        { name: "animals", versionId: first, groups: ["small"] },
        { name: "plants", versionId: second, groups: ["small"], mainMetric: "meanPerClassRecall" },
      ],
    }),
  );
  return { suite, first, second };
}

async function evaluate(
  { owner, runner }: Workspace,
  input: Parameters<typeof CreateEvaluation.parse>[0],
  right: number[],
) {
  const started = await createEvaluation(owner, CreateEvaluation.parse(input));
  const rows = await claimSome(runner);
  for (const row of rows) {
    const count = right[row.index];
    if (count === undefined) await failTask(runner, row);
    else await completeEvaluation(runner, row, { scores: [scoresOf(count / 400)], predictions: rightUpTo(count) });
  }
  await waitForRun(owner, started.runId);
  return getEvaluation(owner, started.id);
}

describe("an evaluation of a suite", () => {
  it("has one task a set, a result each, and the mean of each group and of all", async () => {
    const workspace = await makeWorkspace();
    const { suite, first } = await makeSuite(workspace);
    const modelId = await makeModel(workspace.owner);

    const evaluation = await evaluate(
      workspace,
      { model: modelId, suite: "core", metadata: { team: "blue" } },
      [300, 200],
    );
    const [listed] = (await listEvaluations(workspace.owner, { limit: 1, order: "desc" })).data;
    const files = await listEvaluationFiles(workspace.owner, evaluation.id);

    expect(evaluation).toMatchObject({
      status: "succeeded",
      suiteId: suite.id,
      versionId: null,
      modelId,
      scores: null,
      metadata: { team: "blue" },
      resultCounts: { total: 2, succeeded: 2, failed: 0 },
      contaminationAgainst: null,
    });
    expect(evaluation.results).toMatchObject([
      { name: "animals", versionId: first, main: { metric: "acc1", value: 0.75, interval: { low: 0.7, high: 0.8 } } },
      { name: "plants", main: { metric: "meanPerClassRecall", value: 0.25, interval: null } },
    ]);
    expect(evaluation.aggregates).toMatchObject([
      { name: "small", label: "small average over 2", value: 0.5, isComplete: true },
      { name: "average", label: "average over 2", value: 0.5, isComplete: true },
    ]);
    expect(listed).toMatchObject({ id: evaluation.id, results: [{ scores: null, main: { value: 0.75 } }, {}] });
    expect(files.data.map(({ set, name }) => [set, name])).toEqual([
      ["animals", "predictions.parquet"],
      ["plants", "predictions.parquet"],
    ]);
    expect((await fetch(files.data[0]?.url ?? "")).status).toBe(200);
  });

  it("keeps what it has when a set fails, and no mean pretends to be of all", async () => {
    const workspace = await makeWorkspace();
    await makeSuite(workspace);
    const modelId = await makeModel(workspace.owner);

    const evaluation = await evaluate(workspace, { modelId, suite: "core" }, [300]);

    expect(evaluation).toMatchObject({ status: "succeeded", resultCounts: { total: 2, succeeded: 1, failed: 1 } });
    expect(evaluation.results?.[1]).toMatchObject({
      status: "failed",
      main: null,
      error: { code: "archive_truncated" },
    });
    expect(evaluation.aggregates?.at(-1)).toEqual({
      name: "average",
      label: "average of the 1 present of 2",
      value: 0.75,
      count: 1,
      of: 2,
      isComplete: false,
      missing: ["plants"],
    });
    expect(toOpenAi(evaluation)).toMatchObject({
      object: "eval.run",
      status: "completed",
      result_counts: { total: 400, passed: 300, failed: 100, errored: 1 },
      per_testing_criteria_results: [{ testing_criteria: "animals acc1", passed: 300, failed: 100 }],
    });
  });

  it("is written as CSV and as one page that runs nothing and escapes everything", async () => {
    const workspace = await makeWorkspace();
    await makeSuite(workspace);
    const modelId = await makeModel(workspace.owner);
    const name = `<script>alert("1")</script>`;
    const evaluation = await evaluate(workspace, { modelId, suite: "core", name }, [300, 200]);

    const csv = toCsv(evaluation);
    const { page, policy } = await renderEvaluation(workspace.owner, evaluation);

    expect(csv.split("\r\n").slice(0, 2)).toEqual([
      "set,task,metric,value,low95,high95,samples,is_main,without_seen",
      "animals,zero-shot-classification,classCount,2,,,400,,",
    ]);
    expect(csv).toContain("animals,zero-shot-classification,acc1,0.75,0.7,0.8,400,yes,\r\n");
    expect(csv).toContain(",average,average over 2,0.5,,,2,,\r\n");
    expect(page).not.toMatch(/<script|<b>cat|javascript:|https?:\/\//);
    expect(page).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
    expect(page).toContain("&lt;b&gt;cat&lt;/b&gt;");
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    expect(policy).toContain(`'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`);
    expect(policy).toMatch(/^default-src 'none';/);
  });

  it("can be cancelled, and then says which sets were not scored", async () => {
    const workspace = await makeWorkspace();
    await makeSuite(workspace);
    const modelId = await makeModel(workspace.owner);
    const started = await createEvaluation(workspace.owner, CreateEvaluation.parse({ modelId, suite: "core" }));

    await cancelRun(workspace.owner, started.runId);
    await waitForRun(workspace.owner, started.runId);

    expect(await getEvaluation(workspace.owner, started.id)).toMatchObject({
      status: "cancelled",
      aggregates: null,
      results: [{ status: "cancelled" }, { status: "cancelled" }],
    });
  });
});

describe("an evaluation of a version", () => {
  it("looks for samples the model has seen in what it was trained on, unless told not to", async () => {
    const workspace = await makeWorkspace();
    const { owner, runner } = workspace;
    const [trained, other] = [await makeVersion(workspace), await makeVersion(workspace)];
    const modelId = await makeModel(owner);
    await owner.db.update(models).set({ versionId: trained }).where(eq(models.id, modelId));
    const start = (more: object) =>
      createEvaluation(owner, CreateEvaluation.parse({ modelId, versionId: other, ...more }));

    const started = [
      await start({}),
      await start({ contamination: null }),
      await start({ contamination: { against: other } }),
    ];
    const rows: Awaited<ReturnType<typeof claimSome>> = [];
    while (rows.length < started.length) rows.push(...(await claimSome(runner)));

    expect(started.map(({ contaminationAgainst }) => contaminationAgainst)).toEqual([trained, null, other]);
    expect(rows.filter(({ params }) => params["seenShardCount"] === 2)).toHaveLength(2);
    const looking = rows.find(({ runId }) => runId === started[0]?.runId);
    expect(looking?.inputs.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["seen-base-0.parquet", "seen-base-1.parquet"]),
    );
  });

  it("takes a dataset by its name, and a model by its newest number", async () => {
    const workspace = await makeWorkspace();
    const { owner } = workspace;
    const versionId = await makeVersion(workspace);
    const [dataset] = await owner.db.select().from(datasets).where(eq(datasets.latestVersionId, versionId));
    const [old, young] = [await makeModel(owner), await makeModel(owner)];
    await owner.db.update(models).set({ name: "clip" }).where(eq(models.id, old));
    await owner.db.update(models).set({ name: "clip", number: 2 }).where(eq(models.id, young));
    const start = (model: string) => createEvaluation(owner, CreateEvaluation.parse({ model, dataset: dataset?.name }));

    expect(await start("clip")).toMatchObject({
      modelId: young,
      versionId,
      tasks: [{ type: "zero-shot-classification" }],
    });
    expect((await start("clip@1")).modelId).toBe(old);
    await expect(start("clap")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a comparison", () => {
  it("tests every pair on the same samples and says in words who is better", async () => {
    const workspace = await makeWorkspace();
    const { owner } = workspace;
    await makeSuite(workspace);
    const [a, b, c] = [
      await evaluate(workspace, { modelId: await makeModel(owner), suite: "core" }, [200, 200]),
      await evaluate(workspace, { modelId: await makeModel(owner), suite: "core" }, [300, 201]),
      await evaluate(workspace, { modelId: await makeModel(owner), suite: "core" }, [300]),
    ];

    const two = await compareEvaluations(owner, { evaluationIds: [a.id, b.id] });
    const three = await compareEvaluations(owner, { evaluationIds: [a.id, b.id, c.id] });

    const [animals, plants] = two.comparisons;
    expect(animals).toMatchObject({ set: "animals", count: 400, means: [{ value: 0.5 }, { value: 0.75 }] });
    expect(animals?.pairs[0]).toMatchObject({ difference: 0.25, onlyA: 0, onlyB: 100, isSignificant: true });
    expect(animals?.pairs[0]?.sentence).toMatch(
      /^mdl_\w+@1 is better than mdl_\w+@1 by 25\.0 points \(95 % interval 2\d\.\d to 2\d\.\d, p < 0\.0001, p < 0\.0001 adjusted for 2 tests\)$/,
    );
    expect(plants?.pairs[0]).toMatchObject({ onlyB: 1, pValue: 1, isSignificant: false });
    expect(plants?.pairs[0]?.sentence).toContain("no clear difference");
    expect(two.note).toContain("With 2 tests");
    expect(three.comparisons.map(({ set, pairs }) => [set, pairs.length])).toEqual([["animals", 3]]);
    expect(three.comparisons[0]?.pairs[2]?.sentence).toContain("are equally good on these samples");
    expect(three.skipped).toEqual([{ set: "plants", reason: expect.stringContaining(c.id) }]);
  });

  it("needs evaluations that succeeded and share a set", async () => {
    const workspace = await makeWorkspace();
    const { owner } = workspace;
    const { first, second } = await makeSuite(workspace);
    const modelId = await makeModel(owner);
    const one = await evaluate(workspace, { modelId, versionId: first }, [200]);
    const other = await evaluate(workspace, { modelId, versionId: second }, [200]);
    const open = await createEvaluation(owner, CreateEvaluation.parse({ modelId, versionId: first }));

    const compare = (...evaluationIds: string[]) => compareEvaluations(owner, { evaluationIds });

    await expect(compare(one.id, other.id)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("no predictions of the same task"),
    });
    await expect(compare(one.id, open.id)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("only those that succeeded"),
    });
    await expect(compare(one.id, "eval_0")).rejects.toMatchObject({ code: "not_found" });
  });
});
