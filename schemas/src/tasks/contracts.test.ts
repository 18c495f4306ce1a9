import { expect, test } from "vitest";
import { CreateRun } from "../api/index.ts";
import { FileName, taskContracts, taskKinds } from "./index.ts";

test("every task kind has a contract", () => {
  expect(Object.keys(taskContracts).toSorted()).toEqual([...taskKinds].toSorted());
});

test.each(["../x", "a/b", ".hidden", "", "a b", "x".repeat(200)])("%j is no file name", (name) => {
  expect(FileName.safeParse(name).success).toBe(false);
});

test("a run's defaults are filled in: the embedded refiner, the paper's prompt", () => {
  expect(CreateRun.parse({ kind: "refine", versionId: "dsv_1" })).toMatchObject({
    refiner: { provider: "embedded", model: "emoji-refiner" },
    prompt: "short",
    temperature: 0,
    tolerateFailedTasks: 0,
  });
});

test("the plain arm is the default recipe: no refined text, no extra loss", () => {
  const run = CreateRun.parse({ kind: "train", versionId: "dsv_1", modelName: "m", initModelId: "mdl_1" });

  expect(run).toMatchObject({ recipe: { positiveProbability: 0, hni: { weight: 0 }, tags: { weight: 0 } } });
});

const training = { kind: "train", versionId: "dsv_1", modelName: "m" };
const hub = { id: "someone/clip", revision: "0123456789abcdef0123456789abcdef01234567" };

test.each([
  { initModelId: "mdl_1" },
  { architecture: "ViT-B-32" },
  { hub },
  { hub, data: [{ versionId: "dsv_1", weight: 3 }, { versionId: "dsv_2" }] },
])("training starts from one of model, hub and architecture: %j", (start) => {
  expect(CreateRun.safeParse({ ...training, ...start }).success).toBe(true);
});

test.each([
  {},
  { initModelId: "mdl_1", architecture: "ViT-B-32" },
  { architecture: "../ViT" },
  { hub: { ...hub, revision: "main" } },
  { initModelId: "mdl_1", data: [{ versionId: "dsv_2" }] },
  { initModelId: "mdl_1", data: [{ versionId: "dsv_1", weight: 0 }] },
])("a training that starts nowhere, twice, or on data of others is refused: %j", (start) => {
  expect(CreateRun.safeParse({ ...training, ...start }).success).toBe(false);
});
