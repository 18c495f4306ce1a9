import { createClient } from "@whetstone/schemas/client";
import { expect, test } from "vitest";
import { toLoopRequest, toValues } from "./loop-request.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
// Nothing here is uploaded, so nobody needs to answer.
const api = createClient({ baseUrl: "http://127.0.0.1:9", key: "none" });
const flags = { method: "sharpening", policyKind: "causal-lm", policy: `someone/tiny@${commit}`, task: "up_1" };

test("weights are named by the hub, by a model or by an upload, and nothing is sent for them", async () => {
  const body = await toLoopRequest({ ...flags, reward: "mdl_1", judge: "up_2", set: ["reward=verdict"] }, api);

  expect(body).toMatchObject({
    name: "sharpening",
    parameters: { reward: "verdict" },
    policy: { kind: "causal-lm", source: { from: "hub", id: "someone/tiny", revision: commit } },
    reward: { from: "model", modelId: "mdl_1" },
    judge: { from: "upload", uploadId: "up_2" },
    task: { kind: "questions", uploadId: "up_1" },
  });
});

test("a checkpoint without its commit is a path, and one that is not there", async () => {
  await expect(toLoopRequest({ ...flags, policy: "someone/tiny" }, api)).rejects.toThrow("someone/tiny");
});

test("values read as JSON where they are, and a flag without a name is refused", () => {
  expect(toValues(["a=1", "b=[2]", "c=x=y"], "--set")).toEqual({ a: 1, b: [2], c: "x=y" });
  expect(() => toValues(["=1"], "--set")).toThrow("--set =1: write <name>=<value>");
});
