import { env } from "cloudflare:workers";
import { type ModelPackage, packageFiles } from "@whetstone/schemas/api";
import { expect, test } from "vitest";
import { call, makeWorkspace } from "../test/caller.ts";
import { makeUpload, sha256 } from "../test/files.ts";

const description: ModelPackage = {
  format: "whetstone-model/1",
  name: "tiny",
  architecture: { embed_dim: 8, vision_cfg: {}, text_cfg: {} },
  embedDim: 8,
  context: 16,
  image: { size: 32, mean: [0, 0, 0], std: [1, 1, 1], resize: "squash", interpolation: "bicubic" },
  logitScale: 1,
  tokenizer: { padId: 0, startId: 1, endId: 2 },
};

/** The five files of a package as completed uploads. */
function uploadPackage(key: string, modelJson = JSON.stringify(description)) {
  return Promise.all(
    packageFiles.map(async (name) => {
      const { upload } = await makeUpload(key, name === "model.json" ? modelJson : `bytes of ${name}`);
      return { name, uploadId: upload.id };
    }),
  );
}

test("a package of five uploads becomes a model, counted up by name, whose files can be fetched", async () => {
  const { key } = await makeWorkspace();
  const files = await uploadPackage(key);

  const first = await call("/v1/models", { key, body: { name: "tiny", files } });
  const second = await call("/v1/models", { key, body: { name: "tiny", files } });
  const downloads = await call(`/v1/models/${first.json.id}/files`, { key });
  const weights = downloads.json.data.find(({ name }: { name: string }) => name === "weights.safetensors");
  const bytes = await (await fetch(weights.url)).text();

  expect([first.json.number, second.json.number]).toEqual([1, 2]);
  expect(first.json).toMatchObject({
    object: "model",
    runId: null,
    hash: await sha256("bytes of weights.safetensors"),
  });
  expect(bytes).toBe("bytes of weights.safetensors");
});

test.each([
  ["no JSON", "{", "model.json is not valid JSON"],
  ["another format", JSON.stringify({ ...description, format: "other/1" }), "model.json does not describe a model"],
])("a model.json with %s is refused", async (_name, modelJson, detail) => {
  const { key } = await makeWorkspace();

  const { status, json } = await call("/v1/models", {
    key,
    body: { name: "tiny", files: await uploadPackage(key, modelJson) },
  });

  expect(status).toBe(400);
  expect(json.detail).toContain(detail);
});

test("a package with a file named twice lacks another, and says which", async () => {
  const { key } = await makeWorkspace();
  const files = await uploadPackage(key);
  const twice = files.map((file) => (file.name === "text.onnx" ? { ...file, name: "visual.onnx" } : file));

  const { status, json } = await call("/v1/models", { key, body: { name: "tiny", files: twice } });

  expect(status).toBe(400);
  expect(json.detail).toContain("text.onnx is missing");
});

test("an upload that is not complete, or another workspace's, makes no model", async () => {
  const [one, two] = [await makeWorkspace(), await makeWorkspace()];
  const files = await uploadPackage(one.key);
  const foreign = await call("/v1/models", { key: two.key, body: { name: "tiny", files } });
  const { upload } = await makeUpload(one.key, "x", { complete: false });
  const pending = await call("/v1/models", {
    key: one.key,
    body: { name: "tiny", files: [...files.slice(0, 4), { name: "weights.safetensors", uploadId: upload.id }] },
  });

  expect(foreign).toMatchObject({ status: 404, json: { code: "not_found" } });
  expect(pending).toMatchObject({ status: 409, json: { code: "upload_not_ready" } });
});

test("an evaluation is as far as its run is", async () => {
  const { id, key } = await makeWorkspace();
  const { json: model } = await call("/v1/models", { key, body: { name: "tiny", files: await uploadPackage(key) } });
  const { json: dataset } = await call("/v1/datasets", { key, body: { name: "emoji" } });
  const versionId = `dsv_${"1".repeat(20)}${Date.now()}`;
  await env.DB.prepare(`insert into versions values (?, ?, ?, 1, null, ?, '["base"]', 0, 0, 0, 0, 'none', '0', 0)`)
    .bind(versionId, id, dataset.id, versionId)
    .run();

  const made = await call("/v1/evaluations", { key, body: { modelId: model.id, versionId } });
  await env.DB.prepare("update runs set status = 'running' where id = ?").bind(made.json.runId).run();
  const got = await call(made.headers.get("location") ?? "", { key });
  const listed = await call("/v1/evaluations", { key });

  expect(made).toMatchObject({
    status: 202,
    json: { object: "evaluation", modelId: model.id, versionId, scores: null },
  });
  expect(made.json.id.slice(5)).toBe(made.json.runId.slice(4));
  expect(got.json).toEqual({ ...made.json, status: "running" });
  expect(listed.json.data).toEqual([got.json]);
});
