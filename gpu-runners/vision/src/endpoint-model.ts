import type { EmbeddingEndpoint } from "@whetstone/schemas/api";
import { CallFailure, createEndpoint, createLimit, TaskError } from "@whetstone/runtime";
import sharp from "sharp";
import { z } from "zod";
import { sniffFormat } from "./ingest/image-format.ts";
import type { Embedder } from "./onnx-model.ts";
import { invalidPackage } from "./package-error.ts";
import { emptyVectors, normalize, rowOf, type Vectors } from "./vectors.ts";

/** What the runner lends to models behind an address. */
export type EndpointAccess = {
  secret?(name: string): string | undefined;
  allowPrivateAddresses?: boolean;
  signal?: AbortSignal;
};
type Body = Record<string, unknown>;

const Embeddings = z.object({ data: z.array(z.object({ index: z.int().optional(), embedding: z.array(z.number()) })) });
const maxAnswerBytes = 64 * 1024 ** 2;

/** Embeddings by a server that speaks OpenAI's `/embeddings`: vLLM, infinity, Jina and the like. */
export function openEndpointModel(config: EmbeddingEndpoint, access: EndpointAccess): Embedder {
  const { baseUrl, model, imageForm, embedDim, apiKeySecret, batchSize, concurrency, timeoutMs, maxRetries } = config;
  const { signal = new AbortController().signal, allowPrivateAddresses = false } = access;
  const apiKey = apiKeySecret && access.secret?.(apiKeySecret);
  if (apiKeySecret && !apiKey) {
    throw new TaskError(
      "secret_missing",
      `the runner holds no secret WHETSTONE_SECRET_${apiKeySecret}, which apiKeySecret of model.json names`,
      { fate: "final" },
    );
  }
  const settings = {
    key: apiKeySecret ? `the key in WHETSTONE_SECRET_${apiKeySecret}` : "apiKeySecret of model.json, which is not set",
    address: `baseUrl ${baseUrl} and model ${JSON.stringify(model)} of model.json`,
  };
  const endpoint = createEndpoint({
    baseUrl,
    apiKey,
    timeoutMs,
    maxRetries,
    concurrency,
    allowPrivateAddresses,
    settings,
    maxAnswerBytes,
  });
  const limit = createLimit(concurrency);

  async function ask(body: Body, count: number): Promise<Vectors> {
    const answer = await endpoint
      .post("embeddings", { model, encoding_format: "float", ...body }, { signal })
      .catch((cause: unknown) => {
        if (!(cause instanceof CallFailure)) throw cause;
        const isFinal = cause.kind === "refused";
        throw new TaskError(
          isFinal ? "endpoint_refused" : "endpoint_unavailable",
          `${settings.address}: ${cause.message}`,
          { fate: isFinal ? "final" : "retry", cause },
        );
      });
    return toVectors(answer, count, embedDim);
  }

  /** Asks for parts side by side and puts the answers in order. */
  async function embed<Item>(items: Item[], size: number, toBody: (part: Item[]) => Promise<Body>): Promise<Vectors> {
    const all = emptyVectors(items.length, embedDim);
    const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, i) => i * size);
    await Promise.all(
      starts.map((start) =>
        limit(async () => {
          const part = items.slice(start, start + size);
          all.data.set((await ask(await toBody(part), part.length)).data, start * embedDim);
        }),
      ),
    );
    return all;
  }

  return {
    // The weights behind an address can't be seen; the address and the name are all there is.
    imageKey: ["endpoint", baseUrl, model, imageForm],
    textKey: ["endpoint", baseUrl, model],
    embedTexts: (texts) => embed(texts, batchSize, async (input) => ({ input })),
    embedImages: (images) =>
      embed(images, imageForm === "messages" ? 1 : batchSize, async (part) =>
        toImageBody(await Promise.all(part.map(toDataUrl)), imageForm),
      ),
    close: () => endpoint.close(),
  };
}

function toImageBody(urls: string[], form: EmbeddingEndpoint["imageForm"]): Body {
  switch (form) {
    case "messages":
      return {
        messages: [{ role: "user", content: urls.map((url) => ({ type: "image_url", image_url: { url } })) }],
      };
    case "data-url":
      return { input: urls, modality: "image" };
    case "image-object":
      return { input: urls.map((image) => ({ image })) };
  }
}

/** The image's own bytes where an endpoint can be expected to read them, else as PNG. */
async function toDataUrl(bytes: Uint8Array): Promise<string> {
  const image = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = sniffFormat(image);
  const isPlain = format === "jpeg" || format === "png" || format === "webp" || format === "gif";
  const data = isPlain ? image : await sharp(image).autoOrient().png().toBuffer();
  return `data:image/${isPlain ? format : "png"};base64,${data.toString("base64")}`;
}

function toVectors(answer: unknown, count: number, dim: number): Vectors {
  const parsed = Embeddings.safeParse(answer);
  if (!parsed.success) throw broken("the answer is no list of embeddings");
  const rows = parsed.data.data.map(({ index, embedding }, i) => ({ index: index ?? i, embedding }));
  const places = new Set(rows.map(({ index }) => index));
  if (rows.length !== count || places.size !== count || Math.max(...places) !== count - 1)
    throw broken(`${rows.length} embeddings came for ${count} inputs`);
  const vectors = emptyVectors(count, dim);
  for (const { index, embedding } of rows) {
    if (embedding.length !== dim)
      throw invalidPackage("model.json", `embedDim is ${dim}, but the endpoint gives ${embedding.length} numbers`);
    vectors.data.set(embedding, index * dim);
    if (!Number.isFinite(normalize(rowOf(vectors, index))[0])) throw broken("an embedding is not of numbers");
  }
  return vectors;
}

function broken(why: string): TaskError {
  return new TaskError("endpoint_broken", `the embedding endpoint: ${why}`);
}
