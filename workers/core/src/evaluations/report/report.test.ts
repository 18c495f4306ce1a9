import { Contamination, type Evaluation, EvaluationScores } from "@whetstone/schemas/api";
import { describe, expect, test } from "vitest";
import { describePair } from "../describe-pair.ts";
import { formatFigure, formatInterval } from "./format-figure.ts";
import { markup } from "./markup.ts";
import { toCsv } from "./to-csv.ts";
import { toPage } from "./to-page.ts";

const scoresOf = (r1: number) =>
  EvaluationScores.parse({
    type: "retrieval",
    sampleCount: 50,
    main: { metric: "meanRecallAt1", value: r1 },
    intervals: { "textToImage.r1": { low: r1 / 2, high: 0.9 } },
    imageCount: 50,
    textToImage: { r1, r5: 0.8, r10: 0.9 },
    imageToText: { r1, r5: 0.8, r10: 0.9 },
    meanRecallAt1: r1,
    sharedCaptionCount: 0,
  });
const contamination = Contamination.parse({
  sampleCount: 50,
  exactCount: 2,
  nearCount: 3,
  maxDistance: 6,
  hashlessCount: 1,
  seenSampleCount: 1000,
  examples: [],
  cleanScores: [scoresOf(0.25)],
});
const main = { metric: "meanRecallAt1", interval: null };
const evaluation: Evaluation = {
  id: "eval_1",
  object: "evaluation",
  name: null,
  runId: "run_1",
  modelId: "mdl_1",
  versionId: "dsv_1",
  suiteId: null,
  status: "succeeded",
  tasks: [{ type: "retrieval" }],
  scores: null,
  resultCounts: { total: 1, succeeded: 1, failed: 0 },
  results: [
    {
      name: "=photos,v1",
      versionId: "dsv_1",
      groups: [],
      status: "succeeded",
      error: null,
      main: { ...main, value: 0.5 },
      cleanMain: { ...main, value: 0.25 },
      scores: [scoresOf(0.5)],
      contamination,
      files: [],
    },
  ],
  aggregates: null,
  contaminationAgainst: "dsv_2",
  reportUrl: "",
  metadata: {},
  createdAt: "2026-01-01T00:00:00.000Z",
  finishedAt: null,
};

describe("a report", () => {
  test("tells of seen images, what the figures are without them, and what could not be looked at", async () => {
    const { page } = await toPage(evaluation, { model: "clip@1", suite: null });

    const words = page.replaceAll(/\s+/g, " ");
    expect(words).toContain("exact copies of 2 are in the training data, and near copies of 3");
    expect(words).toContain("Without them meanRecallAt1 is 25.0 %.");
    expect(words).toContain("Some samples have no perceptual hash");
    expect(words).toContain("<title>clip@1 on =photos,v1</title>");
  });

  test("in CSV quotes what needs it and lets no spreadsheet run a name", () => {
    const lines = toCsv(evaluation).split("\r\n");

    expect(lines).toContain(`"'=photos,v1",retrieval,textToImage.r1,0.5,0.25,0.9,50,,0.25`);
    expect(lines).toContain(`"'=photos,v1",retrieval,meanRecallAt1,0.5,,,50,yes,0.25`);
  });

  test("escapes every value and nothing it made itself", () => {
    const evil = `<img src=x onerror="a('b')">&`;

    expect(markup`<p title="${evil}">${markup`<b>${evil}</b>`}${[markup`<i>1</i>`]}${null}</p>`.markup).toBe(
      '<p title="&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;"><b>&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;</b><i>1</i></p>',
    );
  });

  test("writes shares as per cent and counts and scores as they are", () => {
    expect(formatFigure("acc1", 0.4567)).toBe("45.7 %");
    expect(formatFigure("classCount", 1)).toBe("1");
    expect(formatFigure("clip.raw.mean", 0.5)).toBe("0.5");
    expect(formatInterval("acc1", { low: 0.1, high: 0.25 })).toBe("10.0 to 25.0 %");
  });
});

describe("a sentence on a pair", () => {
  const names = { a: "A", b: "B", tests: 1 };
  const pair = { a: "1", b: "2", onlyA: 3, onlyB: 30, adjustedPValue: 0.002, pValue: 0.002, isSignificant: true };

  test("says who is better, by how much and how sure", () => {
    const found = { ...pair, difference: 0.021, interval: { low: 0.008, high: 0.034 } };

    expect(describePair(found, names)).toBe("B is better than A by 2.1 points (95 % interval 0.8 to 3.4, p = 0.002)");
  });

  test("turns round when the first is better", () => {
    const found = { ...pair, difference: -0.021, interval: { low: -0.034, high: -0.008 } };

    expect(describePair(found, names)).toBe("A is better than B by 2.1 points (95 % interval 0.8 to 3.4, p = 0.002)");
  });

  test("claims nothing that chance could do, and names the adjusted p-value of many tests", () => {
    const found = {
      ...pair,
      difference: 0.01,
      interval: { low: -0.01, high: 0.03 },
      pValue: 0.04,
      adjustedPValue: 0.24,
      isSignificant: false,
    };

    expect(describePair(found, { ...names, tests: 6 })).toBe(
      "no clear difference: B is 1.0 points above A, which chance alone could do (95 % interval -1.0 to 3.0, p = 0.04, p = 0.24 adjusted for 6 tests)",
    );
  });
});
