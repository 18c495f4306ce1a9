import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

export interface LvlmServer {
  baseUrl: string;
  /** How often each alt-text was asked for. */
  asked: Map<string, number>;
  close(): Promise<void>;
}

const Body = z.object({ messages: z.array(z.object({ role: z.string(), content: z.unknown() })) });

/** A small OpenAI-compatible endpoint: answers every chat completion after `delayMs` with a refinement made from the prompt. On a free port unless told. */
export async function startLvlmServer({ delayMs, port = 0 }: { delayMs: number; port?: number }): Promise<LvlmServer> {
  const asked = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const prompt = JSON.stringify(Body.parse(JSON.parse(Buffer.concat(chunks).toString())).messages);
    const name = /picture number (\d+)/.exec(prompt)?.[1] ?? "unknown";
    asked.set(name, (asked.get(name) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    const refinement = {
      positiveDescription: `A flat colour field, picture number ${name}.`,
      negativeDescription: "A crowded street at night in the rain.",
      positiveTags: [`colour ${name}`, "flat"],
      negativeTags: ["street", "night"],
    };
    response.writeHead(200, { "content-type": "application/json" }).end(
      JSON.stringify({
        id: "chatcmpl-1",
        object: "chat.completion",
        model: "test-lvlm",
        choices: [
          { index: 0, finish_reason: "stop", message: { role: "assistant", content: JSON.stringify(refinement) } },
        ],
        usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
