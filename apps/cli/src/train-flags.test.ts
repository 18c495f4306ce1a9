import { expect, test } from "vitest";
import { toMix, toStart } from "./train-flags.ts";

const [one, two] = ["dsv_0198c5a1-0000-7000-8000-000000000001", "dsv_0198c5a1-0000-7000-8000-000000000002"];
const commit = "0123456789abcdef0123456789abcdef01234567";

test("a training starts from a model, an architecture or a pinned checkpoint", () => {
  expect(toStart({ init: "mdl_1" })).toEqual({ initModelId: "mdl_1", fromScratch: false });
  expect(toStart({ init: "mdl_1", scratch: true })).toEqual({ initModelId: "mdl_1", fromScratch: true });
  expect(toStart({ architecture: "ViT-B-32" })).toEqual({ architecture: "ViT-B-32" });
  expect(toStart({ hub: `laion/clip@${commit}` })).toEqual({ hub: { id: "laion/clip", revision: commit } });
});

test.each([
  [{}, "give one of --init"],
  [{ init: "mdl_1", architecture: "ViT-B-32" }, "give one of --init"],
  [{ hub: "laion/clip" }, "write <owner>/<name>@<40 digits of a commit>"],
  [{ hub: "laion/clip@main" }, "write <owner>/<name>@<40 digits of a commit>"],
  [{ hub: `laion/clip@${commit}`, scratch: true as const }, "--scratch"],
])("%j is refused", (flags, reason) => {
  expect(() => toStart(flags)).toThrow(reason);
});

test("versions to mix come with weights, the version itself among them", () => {
  expect(toMix(one, {})).toEqual({});
  expect(toMix(one, { mix: [`${two}=0.5`] }).data).toEqual([
    { versionId: one, weight: 1, isEarlier: false },
    { versionId: two, weight: 0.5, isEarlier: false },
  ]);
  expect(toMix(one, { mix: [`${one}=3`], replay: [two] }).data).toEqual([
    { versionId: one, weight: 3, isEarlier: false },
    { versionId: two, weight: 1, isEarlier: true },
  ]);
});

test.each([`${two}=`, `${two}=0`, `${two}=1=2`])("%s is no version to mix", (text) => {
  expect(() => toMix(one, { mix: [text] })).toThrow("is no version to mix");
});
