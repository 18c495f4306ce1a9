import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { Refiner as RefinerParams } from "@whetstone/schemas/api";
import sharp from "sharp";
import { afterEach, describe, expect, it, vi } from "vitest";
import { goodAnswer, makeEndpoint, type Asked, type Reply } from "./make-endpoint.ts";
import { createOpenAiRefiner } from "./openai-refiner.ts";
import { readPrompt } from "./prompts.ts";
import type { Outcome, RefineItem } from "./refiner.ts";

const prompt = await readPrompt(fileURLToPath(new URL("../prompts", import.meta.url)), "short");
const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: "#ff0000" } })
  .png()
  .toBuffer();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function serve(answer: (asked: Asked) => Reply) {
  const endpoint = await makeEndpoint(answer);
  closers.push(endpoint.close);
  return endpoint;
}

type Tweaks = Partial<{
  maxRetries: number;
  timeoutMs: number;
  concurrency: number;
  apiKeySecret: string;
  allowPrivateAddresses: boolean;
  image: Buffer;
}>;

async function refine(
  baseUrl: string,
  texts: string[],
  { allowPrivateAddresses = true, image = png, ...tweaks }: Tweaks = {},
) {
  const params = RefinerParams.parse({
    provider: "openai",
    baseUrl,
    model: "tiny-vl",
    maxRetries: 2,
    timeoutMs: 2_000,
    ...tweaks,
  });
  if (params.provider !== "openai") throw new Error("wrong provider");
  const secret = (name: string) => (name === "LVLM_KEY" ? "sk-test" : undefined);
  const refiner = createOpenAiRefiner({ params, prompt, temperature: 0, seed: 7, secret, allowPrivateAddresses });
  const outcomes: Record<string, Outcome> = {};
  async function* items(): AsyncGenerator<RefineItem> {
    for (const text of texts)
      yield { uid: text, text, image, imageSha256: createHash("sha256").update(image).digest("hex") };
  }
  await refiner.refine(items(), {
    signal: new AbortController().signal,
    onOutcome: (item, outcome) => void (outcomes[item.uid] = outcome),
  });
  return outcomes;
}

describe("the refiner behind an OpenAI-compatible endpoint", () => {
  it("sends prompt, alt-text, image and schema in one call, with the key", async () => {
    const { baseUrl, asked } = await serve(() => ({}));

    const outcomes = await refine(baseUrl, ["a fox"], { apiKeySecret: "LVLM_KEY" });

    expect(outcomes["a fox"]).toMatchObject({
      refinement: goodAnswer,
      isRepaired: false,
      promptTokens: 100,
      completionTokens: 40,
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.headers.authorization).toBe("Bearer sk-test");
    expect(asked[0]?.body).toMatchObject({
      model: "tiny-vl",
      temperature: 0,
      seed: 7,
      response_format: {
        type: "json_schema",
        json_schema: { schema: { additionalProperties: false, required: Object.keys(goodAnswer) } },
      },
      messages: [
        {
          role: "user",
          content: [
            { type: "image_url", image_url: { url: `data:image/png;base64,${png.toString("base64")}` } },
            {
              type: "text",
              text: expect.stringMatching(
                /^Please generate descriptions \(tags\) & negative descriptions \(tags\) for this image:[^]*"a fox"/,
              ),
            },
          ],
        },
      ],
    });
  });

  it("never has more calls open than the concurrency", async () => {
    let open = 0;
    let most = 0;
    const { baseUrl } = await serve(() => {
      most = Math.max(most, ++open);
      setTimeout(() => open--, 25);
      return { delayMs: 30 };
    });

    await refine(
      baseUrl,
      Array.from({ length: 20 }, (_, i) => `t${i}`),
      { concurrency: 3 },
    );

    expect(most).toBe(3);
  });

  it("sends a large image smaller", async () => {
    const { baseUrl, asked } = await serve(() => ({}));
    const image = await sharp({ create: { width: 3000, height: 1500, channels: 3, background: "#0000ff" } })
      .png()
      .toBuffer();

    await refine(baseUrl, ["large"], { image });

    const [, base64 = ""] = /data:image\/jpeg;base64,([^"]+)/.exec(JSON.stringify(asked[0]?.body)) ?? [];
    expect(await sharp(Buffer.from(base64, "base64")).metadata()).toMatchObject({ width: 1024, height: 512 });
  });

  it("shows the model its mistake once, and takes the better answer", async () => {
    const overlapping = JSON.stringify({ ...goodAnswer, negativeTags: ["FOX"] });
    const { baseUrl, asked } = await serve(({ nth }) => (nth === 1 ? { content: overlapping } : {}));

    const outcomes = await refine(baseUrl, ["a"]);

    expect(outcomes["a"]).toMatchObject({
      refinement: goodAnswer,
      isRepaired: true,
      promptTokens: 200,
      completionTokens: 80,
    });
    expect(asked[1]?.body.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(asked[1]?.body.messages[2]?.content).toContain('"FOX" is in positiveTags too');
  });

  it.each([
    ["half JSON", { content: '{"positiveDescription": "a fo' }, "refine_invalid_json"],
    [
      "an answer that fails the checks",
      { content: JSON.stringify({ ...goodAnswer, positiveTags: [] }) },
      "refine_check_failed",
    ],
    ["a refusal in words", { content: "I'm sorry, I can't help with that." }, "refine_refused"],
    ["a refusal in its own field", { content: "", refusal: "no" }, "refine_refused"],
    [
      "an answer 400 to this sample",
      { status: 400, body: '{"error":"content rejected"}' },
      "refine_rejected_by_endpoint",
    ],
    ["an answer 500 to this sample alone", { status: 500, body: "boom" }, "refine_rejected_by_endpoint"],
    ["no answer to this sample alone", { delayMs: 3_000 }, "refine_timeout"],
  ] as const)("rejects one sample and goes on after %s", async (_, reply, code) => {
    const { baseUrl } = await serve(({ text }) => (text === "bad" ? reply : {}));

    const outcomes = await refine(baseUrl, ["one", "bad", "two"], { maxRetries: 1, timeoutMs: 1_000 });

    expect(outcomes["bad"]).toMatchObject({ rejected: code });
    expect(outcomes["one"]).toMatchObject({ refinement: goodAnswer });
    expect(outcomes["two"]).toMatchObject({ refinement: goodAnswer });
  });

  it("waits as long as Retry-After says when it is answered 429", async () => {
    const times: number[] = [];
    const { baseUrl } = await serve(({ nth }) => {
      times.push(performance.now());
      return nth === 1 ? { status: 429, headers: { "retry-after": "1" } } : {};
    });

    const outcomes = await refine(baseUrl, ["a"]);

    expect(outcomes["a"]).toMatchObject({ refinement: goodAnswer });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1000);
  });

  it("tries again after 500, half a body and a cut connection", async () => {
    const replies: Reply[] = [{ status: 500 }, { body: '{"choices": [' }, { headers: { "content-length": "9999" } }];
    const { baseUrl } = await serve(({ nth }) => replies[nth - 1] ?? {});

    const outcomes = await refine(baseUrl, ["a"], { maxRetries: 3, timeoutMs: 1_000 });

    expect(outcomes["a"]).toMatchObject({ refinement: goodAnswer });
  });

  it("asks without a schema once the endpoint does not know response_format", async () => {
    const { baseUrl, asked } = await serve(({ body }) =>
      body.response_format ? { status: 400, body: "unknown field response_format" } : {},
    );

    const outcomes = await refine(baseUrl, ["a", "b", "c"], { concurrency: 1 });

    expect(Object.values(outcomes).every((outcome) => "refinement" in outcome)).toBe(true);
    expect(asked.map(({ body }) => "response_format" in body)).toEqual([true, false, false, false]);
  });

  it.each([
    ["answers 429 for good", () => ({ status: 429, headers: { "retry-after": "0" } })],
    ["answers 503 for good", () => ({ status: 503 })],
    ["answers 500 to everything", () => ({ status: 500 })],
    ["is slower than the timeout with everything", () => ({ delayMs: 500 })],
    ["gives no chat completions", () => ({ body: "<html>hello</html>" })],
  ])("fails the task for another attempt, and rejects nothing, when the endpoint %s", async (_, answer) => {
    const { baseUrl } = await serve(answer);

    await expect(refine(baseUrl, ["a", "b"], { maxRetries: 1, timeoutMs: 200 })).rejects.toMatchObject({
      code: "endpoint_unavailable",
      fate: "retry",
    });
  });

  it("fails the task for another attempt when nobody listens", async () => {
    const { baseUrl, close } = await makeEndpoint(() => ({}));
    await close();

    await expect(refine(baseUrl, ["a"])).rejects.toMatchObject({
      code: "endpoint_unavailable",
      fate: "retry",
      message: expect.stringContaining(baseUrl),
    });
  });

  it.each([
    [401, "endpoint_unauthorized", "WHETSTONE_SECRET_LVLM_KEY"],
    [403, "endpoint_unauthorized", "WHETSTONE_SECRET_LVLM_KEY"],
    [404, "endpoint_not_found", 'refiner.model "tiny-vl"'],
    [307, "endpoint_redirects", "refiner.baseUrl"],
  ])("ends the task for good after %i and names the setting", async (status, code, setting) => {
    const { baseUrl, asked } = await serve(() => ({
      status,
      headers: { location: "http://127.0.0.1:1/" },
      body: "no",
    }));

    const failed = refine(baseUrl, ["a"], { apiKeySecret: "LVLM_KEY" });

    await expect(failed).rejects.toMatchObject({ code, fate: "final", message: expect.stringContaining(setting) });
    expect(asked).toHaveLength(1);
  });

  it("ends the task for good when the runner does not hold the secret", async () => {
    await expect(refine("http://127.0.0.1:9/v1", ["a"], { apiKeySecret: "OTHER" })).rejects.toMatchObject({
      code: "secret_missing",
      fate: "final",
    });
  });

  it.each([
    "http://127.0.0.1:9/v1",
    "http://localhost:9/v1",
    "http://[::1]:9/v1",
    "http://169.254.169.254/v1",
    "http://[::ffff:10.0.0.1]/v1",
    "http://0x7f.1/v1",
  ])("does not connect to %s unless allowed", async (baseUrl) => {
    const failed = refine(baseUrl, ["a"], { allowPrivateAddresses: false });

    await expect(failed).rejects.toMatchObject({
      code: "endpoint_private_address",
      message: expect.stringContaining("WHETSTONE_ALLOW_PRIVATE_ENDPOINTS"),
    });
  });

  it("rejects a sample whose image can't be read", async () => {
    const { baseUrl, asked } = await serve(() => ({}));

    const outcomes = await refine(baseUrl, ["a"], { image: Buffer.from("no image") });

    expect(outcomes["a"]).toMatchObject({ rejected: "image_undecodable" });
    expect(asked).toHaveLength(0);
  });

  it("stops at once when the task is cancelled", async () => {
    const { baseUrl } = await serve(() => ({ delayMs: 5_000 }));
    const controller = new AbortController();
    const params = RefinerParams.parse({ provider: "openai", baseUrl, model: "m" });
    if (params.provider !== "openai") throw new Error("wrong provider");
    const refiner = createOpenAiRefiner({
      params,
      prompt,
      temperature: 0,
      seed: 0,
      secret: () => undefined,
      allowPrivateAddresses: true,
    });
    const onOutcome = vi.fn<() => void>();
    async function* items(): AsyncGenerator<RefineItem> {
      yield { uid: "a", text: "a", image: png, imageSha256: "" };
    }

    const stopped = refiner.refine(items(), { signal: controller.signal, onOutcome });
    setTimeout(() => controller.abort(new Error("cancelled")), 100);

    await expect(stopped).rejects.toThrow("cancelled");
    expect(onOutcome).not.toHaveBeenCalled();
  });
});
