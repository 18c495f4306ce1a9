import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openGraph } from "./session.ts";

const scoresPath = fileURLToPath(new URL("../scores.onnx", import.meta.url));
const toTensor = (value: number) => ({ data: Float32Array.of(value, 1), dims: [1, 2] });

it.each([1, 2])("answers every call with its own result, by %i lanes, with more calls than lanes", async (lanes) => {
  const graph = await openGraph(`lanes ${lanes}`, scoresPath, { lanes });
  const values = Array.from({ length: 40 }, (_, i) => i);

  const answers = await Promise.all(
    values.map((value) => graph.run({ a: toTensor(value), b: toTensor(2) }, "scores").then(({ data }) => data[0])),
  );

  expect(answers).toEqual(values.map((value) => 2 * value + 1));
});

it("goes on after a call that failed", async () => {
  const graph = await openGraph("failing", scoresPath, { lanes: 2 });

  const failing = graph.run({ a: { data: Float32Array.of(1, 2, 3), dims: [1, 3] }, b: toTensor(2) }, "scores");

  await expect(failing).rejects.toThrow(/./);
  expect((await graph.run({ a: toTensor(1), b: toTensor(2) }, "scores")).data[0]).toBe(3);
});

it("says of a file that is no graph that it can't be opened", async () => {
  await expect(openGraph("none", fileURLToPath(import.meta.url), { lanes: 2 })).rejects.toThrow(/./);
});
