import { createServer, type IncomingMessage } from "node:http";

export interface Received {
  method: string;
  headers: Record<string, string>;
  body: string;
}
export interface Receiver {
  url: string;
  stop(): Promise<void>;
}

/**
 * A real HTTP receiver on this machine. `POST /{name}?status=500,204` answers the listed statuses one after the other (the last for ever),
 * with `retry-after` where the query gives one; `status=0` never answers. `GET /{name}` tells what came there.
 */
export async function startWebhookReceiver(): Promise<Receiver> {
  const inbox = new Map<string, Received[]>();
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://receiver");
      const received = inbox.get(pathname) ?? [];
      if (request.method === "GET") return response.end(JSON.stringify(received));
      inbox.set(pathname, received);
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      received.push({ method: request.method ?? "", headers, body });
      const statuses = (searchParams.get("status") ?? "204").split(",");
      const status = Number(statuses[Math.min(received.length, statuses.length) - 1]);
      if (status === 0) return undefined;
      const wait = searchParams.get("retry-after");
      const location = searchParams.get("location");
      return response
        .writeHead(status, {
          ...(wait === null ? {} : { "retry-after": wait }),
          ...(location === null ? {} : { location }),
        })
        .end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the receiver has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
