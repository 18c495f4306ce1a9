import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** What a test's server was asked, and what it answers. `nth` counts requests about the same alt-text from 1. */
export type Asked = {
  body: ChatRequest;
  text: string;
  nth: number;
  isProbe: boolean;
  headers: IncomingMessage["headers"];
};
type ChatRequest = {
  model: string;
  max_tokens: number;
  response_format?: { type: string };
  messages: { role: string; content: unknown }[];
};
export type Reply = {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  content?: string;
  delayMs?: number;
  refusal?: string;
};

export const goodAnswer = {
  positiveDescription: "a red fox in the snow",
  negativeDescription: "a grey wolf on the beach",
  positiveTags: ["fox", "snow"],
  negativeTags: ["wolf", "beach"],
};

/** A real chat completions server on a free port of this machine, for tests, that answers as it is told. */
export async function makeEndpoint(answer: (asked: Asked) => Reply) {
  const asked: Asked[] = [];
  const counts = new Map<string, number>();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as ChatRequest;
    const content = JSON.stringify(body.messages[0]?.content);
    const isProbe = body.max_tokens === 1;
    const text = isProbe ? "probe" : (/it may be wrong\): \\"(.*?)\\"/.exec(content)?.[1] ?? "");
    const nth = (counts.get(text) ?? 0) + 1;
    counts.set(text, nth);
    const one: Asked = { body, text, nth, isProbe, headers: request.headers };
    asked.push(one);
    const reply = request.url?.endsWith("/v1/chat/completions") ? answer(one) : { status: 404, body: "no such path" };
    if (reply.delayMs) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
    const message = {
      role: "assistant",
      content: reply.content ?? JSON.stringify(goodAnswer),
      refusal: reply.refusal ?? null,
    };
    const completion = {
      choices: [{ finish_reason: "stop", message }],
      usage: { prompt_tokens: 100, completion_tokens: 40 },
    };
    response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers });
    response.end(reply.body ?? JSON.stringify(completion));
  }

  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
