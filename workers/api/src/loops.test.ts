import { expect, test } from "vitest";
import { call, makeWorkspace } from "../test/caller.ts";

const hub = { from: "hub", id: "someone/tiny", revision: "0".repeat(40) };

test.each([
  { what: "a CLIP that should write", pointer: "/policy/source", policy: { from: "model", modelId: "mdl_1" } },
  { what: "a CLIP of the hub as a policy", pointer: "/policy/source", kind: "label", policy: hub },
  { what: "a judge of the hub", pointer: "/judge", policy: hub, judge: hub },
])("$what is refused as the loop is made", async ({ pointer, kind = "image-text", policy, judge }) => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/loops", {
    key,
    body: {
      name: "loop",
      method: "sharpening",
      policy: { kind, source: policy },
      task: { kind: "questions", uploadId: "up_1" },
      ...(judge ? { judge } : {}),
    },
  });

  expect({ status, code: json.code }).toEqual({ status: 422, code: "not_runnable" });
  expect(json.errors).toMatchObject([{ pointer }]);
});
