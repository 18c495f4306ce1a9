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
