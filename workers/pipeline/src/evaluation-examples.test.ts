import { CreateEvaluation, EvaluationScores, ExamplesQuery } from "@whetstone/schemas/api";
import { createEvaluation } from "@whetstone/core/evaluations/create-evaluation";
import { listExamples } from "@whetstone/core/evaluations/list-examples";
import { expect, it } from "vitest";
import { makeVersion, uidOf } from "../../core/test/layers.ts";
import { claimSome, completeEvaluation, makeModel, makeWorkspace, waitForRun } from "./testing.ts";

const scores = EvaluationScores.parse({
  type: "retrieval",
  sampleCount: 4,
  imageCount: 4,
  textToImage: { r1: 0.25, r5: 1, r10: 1 },
  imageToText: { r1: 1, r5: 1, r10: 1 },
  meanRecallAt1: 0.625,
  sharedCaptionCount: 0,
  main: { metric: "meanRecallAt1", value: 0.625 },
  intervals: {},
});

/** Four samples in two shards, one of them right in one half and three wrong; all are right in the other half. */
async function setUp() {
  const { owner, runner } = await makeWorkspace();
  const version = await makeVersion(owner, {
    shards: [
      [1, 2],
      [3, 4],
    ],
  });
  const { id, runId } = await createEvaluation(
    owner,
    CreateEvaluation.parse({ modelId: await makeModel(owner), versionId: version.id, tasks: [{ type: "retrieval" }] }),
  );
  const [row] = await claimSome(runner);
  if (!row) throw new Error("no task to claim");
  const predictions = [1, 2, 3, 4].flatMap((n) => [
    {
      uid: uidOf(n),
      part: "text-to-image",
      rank: [0, 1, 9, 0, 2][n] ?? 0,
      correct: n === 1 ? 1 : 0,
      label: `label ${n}`,
    },
    { uid: uidOf(n), part: "image-to-text", rank: 1, correct: 1 },
  ]);
  await completeEvaluation(runner, row, { scores: [scores], predictions });
  await waitForRun(owner, runId);
  return { owner, id };
}

it("shows what was wrong, what is right furthest down first, each with its sample", async () => {
  const { owner, id } = await setUp();

  const { data, wrongCount } = await listExamples(owner, id, ExamplesQuery.parse({ part: "text-to-image" }));

  expect(wrongCount).toBe(3);
  expect(data.map(({ uid, rank }) => [uid, rank])).toEqual([
    [uidOf(3), 0],
    [uidOf(2), 9],
    [uidOf(4), 2],
  ]);
  expect(data[0]?.sample).toMatchObject({ uid: uidOf(3), text: "text 3 ö" });
});

it("is of one half, one label and one prediction where asked so", async () => {
  const { owner, id } = await setUp();
  const uidsOf = async (query: object) =>
    (await listExamples(owner, id, ExamplesQuery.parse(query))).data.map(({ uid }) => uid);

  expect(await uidsOf({ part: "image-to-text" })).toEqual([]);
  expect(await uidsOf({ part: "text-to-image", label: "label 4" })).toEqual([uidOf(4)]);
  await expect(uidsOf({ set: "another" })).rejects.toMatchObject({ code: "not_found" });
});
