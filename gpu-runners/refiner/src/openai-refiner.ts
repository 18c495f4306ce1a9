import { createHash } from "node:crypto";
import type { Refiner as RefinerParams } from "@whetstone/schemas/api";
import { CallFailure, createEndpoint, type Endpoint, TaskError } from "@whetstone/runtime";
import { z } from "zod";
import { toDataUrl } from "./endpoint-image.ts";
import type { Prompt } from "./prompts.ts";
import { readRefinement, refinementJsonSchema, type Reading } from "./refinement.ts";
import type { Cost, Outcome, Refiner, RefineItem } from "./refiner.ts";

export type OpenAiOptions = {
  params: Extract<RefinerParams, { provider: "openai" }>;
  prompt: Prompt;
  temperature: number;
  seed: number;
  secret(name: string): string | undefined;
  allowPrivateAddresses: boolean;
};
type Message = { role: "user" | "assistant"; content: unknown };
type Answer = Reading & { said: string };

const maxAnswerTokens = 1024;
const ChatCompletion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.int().default(0), completion_tokens: z.int().default(0) }).nullish(),
});

/** Refinements by any server that speaks OpenAI's chat completions and sees images: vLLM and the like. */
export function createOpenAiRefiner({
  params,
  prompt,
  temperature,
  seed,
  secret,
  allowPrivateAddresses,
}: OpenAiOptions): Refiner {
  const { baseUrl, model, apiKeySecret, concurrency, timeoutMs, maxRetries } = params;
  const apiKey = apiKeySecret && secret(apiKeySecret);
  if (apiKeySecret && !apiKey) {
    throw new TaskError(
      "secret_missing",
      `the runner holds no secret WHETSTONE_SECRET_${apiKeySecret}, which refiner.apiKeySecret names`,
      { fate: "final" },
    );
  }
  const settings = {
    key: apiKeySecret ? `the key in WHETSTONE_SECRET_${apiKeySecret}` : "refiner.apiKeySecret, which is not set",
    address: `refiner.baseUrl ${baseUrl} and refiner.model ${JSON.stringify(model)}`,
  };
  let isGuided = true;

  async function complete(
    endpoint: Endpoint,
    messages: Message[],
    { cost, signal }: { cost: Cost; signal: AbortSignal },
  ): Promise<Answer> {
    const ask = async () => {
      const format = isGuided && {
        response_format: {
          type: "json_schema",
          json_schema: { name: "refinement", strict: true, schema: refinementJsonSchema },
        },
      };
      const body = { model, messages, temperature, seed, max_tokens: maxAnswerTokens, ...format };
      return endpoint.post("chat/completions", body, { signal });
    };
    const answer = await ask().catch((error: unknown) => {
      if (
        !isGuided ||
        !(error instanceof CallFailure) ||
        error.kind !== "refused" ||
        !/response_format|json_schema|guided|grammar/i.test(error.message)
      )
        throw error;
      isGuided = false;
      return ask();
    });
    const completion = ChatCompletion.safeParse(answer);
    if (!completion.success) throw new CallFailure("broken", "the endpoint's answer is not a chat completion");
    const { choices, usage } = completion.data;
    cost.promptTokens += usage?.prompt_tokens ?? 0;
    cost.completionTokens += usage?.completion_tokens ?? 0;
    const [choice] = choices;
    const said = choice?.message.content ?? "";
    const refusal =
      choice?.message.refusal ??
      (choice?.finish_reason === "content_filter" ? "stopped by the endpoint's content filter" : null);
    return {
      said,
      ...(refusal === null
        ? readRefinement(said)
        : { problem: { code: "refine_refused", detail: refusal.slice(0, 200) } }),
    };
  }

  /** One call, and a second one that shows the model what was wrong with its first answer. */
  async function refineOne(endpoint: Endpoint, item: RefineItem, signal: AbortSignal): Promise<Outcome> {
    const cost: Cost = { latencyMs: 0, promptTokens: 0, completionTokens: 0 };
    const startedAt = performance.now();
    const url = await toDataUrl(item.image).catch(() => undefined);
    if (!url)
      return {
        ...cost,
        rejected: "image_undecodable",
        detail: "the image can't be read any more, though it could when it was ingested",
      };
    const question: Message = {
      role: "user",
      content: [
        { type: "image_url", image_url: { url } },
        { type: "text", text: prompt.fill(item.text) },
      ],
    };
    try {
      let answer = await complete(endpoint, [question], { cost, signal });
      const isRepaired = "problem" in answer;
      if ("problem" in answer) {
        const complaint = `That is not acceptable: ${answer.problem.detail}. Answer again with the corrected JSON object alone.`;
        const talk: Message[] = [
          question,
          { role: "assistant", content: answer.said },
          { role: "user", content: complaint },
        ];
        answer = await complete(endpoint, talk, { cost, signal });
      }
      cost.latencyMs = performance.now() - startedAt;
      if ("problem" in answer) return { ...cost, rejected: answer.problem.code, detail: answer.problem.detail };
      return { ...cost, refinement: answer.refinement, isRepaired };
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      await blame(endpoint, error, signal);
      cost.latencyMs = performance.now() - startedAt;
      return {
        ...cost,
        rejected: error.kind === "timeout" ? "refine_timeout" : "refine_rejected_by_endpoint",
        detail: error.message,
      };
    }
  }

  /** Returns if the sample is at fault. An endpoint that can't even answer a word fails the task instead, so that no sample pays for it. */
  async function blame(endpoint: Endpoint, failure: CallFailure, signal: AbortSignal): Promise<void> {
    if (failure.kind === "refused") return;
    const probe = { model, messages: [{ role: "user", content: "ping" }], max_tokens: 1 };
    const isAlive =
      failure.kind !== "down" &&
      (await endpoint.post("chat/completions", probe, { signal, maxRetries: 0 }).then(isCompletion, isRefusal));
    if (isAlive) return;
    const message = `${settings.address}: ${failure.message}; tried ${maxRetries + 1} times`;
    throw new TaskError("endpoint_unavailable", message, { fate: "retry", cause: failure });
  }

  return {
    name: model,
    // The weights behind an address can't be seen; the address and the name are all there is.
    modelHash: createHash("sha256")
      .update(JSON.stringify(["openai", baseUrl, model]))
      .digest("hex"),
    promptHash: prompt.hash,

    async refine(items, { signal, onOutcome }) {
      const endpoint = createEndpoint({
        baseUrl,
        apiKey,
        timeoutMs,
        maxRetries,
        concurrency,
        allowPrivateAddresses,
        settings,
      });
      const broken = new AbortController();
      const both = AbortSignal.any([signal, broken.signal]);
      const queue = items[Symbol.asyncIterator]();
      const work = async () => {
        for (let next = await queue.next(); !next.done; next = await queue.next()) {
          onOutcome(next.value, await refineOne(endpoint, next.value, both));
        }
      };
      try {
        await Promise.all(Array.from({ length: concurrency }, () => work()));
      } catch (error) {
        broken.abort(error);
        throw error;
      } finally {
        await endpoint.close();
      }
    },
  };
}

function isCompletion(answer: unknown): boolean {
  return ChatCompletion.safeParse(answer).success;
}

/** A server that finds fault with the probe itself is up. */
function isRefusal(error: unknown): boolean {
  if (error instanceof CallFailure) return error.kind === "refused";
  throw error;
}
