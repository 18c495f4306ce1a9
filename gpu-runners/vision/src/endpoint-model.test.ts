import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { EmbeddingEndpoint } from "@whetstone/schemas/api";
import { afterEach, describe, expect, it } from "vitest";
import { openEndpointModel } from "./endpoint-model.ts";

type Body = {
  input?: unknown[];
  messages?: { content: { image_url: { url: string } }[] }[];
  model: string;
  modality?: string;
};
type Reply = { status?: number; data?: unknown };
const jpeg = readFileSync(new URL("../../../tests/fixtures/preprocess/rgb.jpg", import.meta.url));
const dataUrl = `data:image/jpeg;base64,${jpeg.toString("base64")}`;
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** A real server that answers each input with [number of the input, 1, 0], last first. */
async function makeServer(answer: (body: Body, nth: number) => Reply = () => ({})) {
  const asked: { body: Body; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body: Body = JSON.parse(Buffer.concat(chunks).toString());
      asked.push({ body, authorization: request.headers.authorization });
      const inputs = body.input ?? body.messages ?? [];
      const data = inputs.map((_, index) => ({ index, embedding: [index, 1, 0] })).toReversed();
      const reply = answer(body, asked.length);
      response.writeHead(reply.status ?? 200, { "content-type": "application/json" });
      response.end(JSON.stringify({ data: reply.data ?? data }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => (server.closeAllConnections(), server.close()));
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}/v1`, asked };
}

function open(given: Partial<EmbeddingEndpoint> & { baseUrl: string }, access = {}) {
  const config = EmbeddingEndpoint.parse({
    format: "embedding-endpoint/1",
    name: "remote",
    embedDim: 3,
    logitScale: 100,
    model: "clip",
    imageForm: "data-url",
    ...given,
  });
  return openEndpointModel(config, { allowPrivateAddresses: true, ...access });
}

describe("a model behind an embedding endpoint", () => {
  it.each([
    ["messages", 2, { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: dataUrl } }] }] }],
    ["data-url", 1, { input: [dataUrl, dataUrl], modality: "image" }],
    ["image-object", 1, { input: [{ image: dataUrl }, { image: dataUrl }] }],
  ] as const)("is sent images in the form %s", async (imageForm, calls, body) => {
    const server = await makeServer();
    const model = open({ ...server, imageForm });

    const { count } = await model.embedImages([jpeg, jpeg]);

    expect(count).toBe(2);
    expect(server.asked).toHaveLength(calls);
    expect(server.asked[0]?.body).toMatchObject({ model: "clip", encoding_format: "float", ...body });
    await model.close?.();
  });

  it("gets texts in batches, its answers by their index, made unit vectors, and the key", async () => {
    const server = await makeServer();
    const model = open({ ...server, batchSize: 2, apiKeySecret: "KEY" }, { secret: () => "sesame" });

    const { data } = await model.embedTexts(["a", "b", "c"]);

    expect([...data].map((value) => Math.round(value * 100) / 100)).toEqual([0, 1, 0, 0.71, 0.71, 0, 0, 1, 0]);
    expect(server.asked.map(({ body }) => body.input)).toEqual([["a", "b"], ["c"]]);
    expect(server.asked[0]?.authorization).toBe("Bearer sesame");
    await model.close?.();
  });

  it("is asked again when it is busy", async () => {
    const server = await makeServer((_, nth) => (nth === 1 ? { status: 503 } : {}));

    const { count } = await open(server).embedTexts(["a"]);

    expect([count, server.asked.length]).toEqual([1, 2]);
  });

  it.each<[string, Reply, { code: string; message: string }]>([
    [
      "of another width",
      { data: [{ index: 0, embedding: [1, 2] }] },
      { code: "package_invalid", message: "embedDim is 3, but the endpoint gives 2" },
    ],
    ["too few", { data: [] }, { code: "endpoint_broken", message: "0 embeddings came for 1 inputs" }],
    [
      "of no numbers",
      { data: [{ index: 0, embedding: ["x", 1, 2] }] },
      { code: "endpoint_broken", message: "no list of embeddings" },
    ],
    ["none but a refusal", { status: 400 }, { code: "endpoint_refused", message: "the endpoint answered 400" }],
    ["none, unauthorised", { status: 401 }, { code: "endpoint_unauthorized", message: "apiKeySecret" }],
  ])("fails, saying why, when its embeddings are %s", async (_name, reply, { code, message }) => {
    const server = await makeServer(() => reply);

    const failed = open({ ...server, maxRetries: 0 }).embedTexts(["a"]);

    await expect(failed).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("is not asked at a private address unless the runner allows it, nor without the secret it names", async () => {
    const server = await makeServer();
    const guarded = open(server, { allowPrivateAddresses: false });

    await expect(guarded.embedTexts(["a"])).rejects.toMatchObject({ code: "endpoint_private_address", fate: "final" });
    expect(() => open({ ...server, apiKeySecret: "KEY" })).toThrow("WHETSTONE_SECRET_KEY");
    expect(server.asked).toEqual([]);
  });
});
