import { createServer, request as forward, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface DroppingProxy {
  url: string;
  counts: { passed: number; dropped: number };
  close(): Promise<void>;
}

/**
 * Passes every request on to `target` and loses a share of the answers after the target has acted: the caller sees a broken
 * connection, the target has done the work. That is the fault a protocol must survive; losing requests is the easier one.
 */
export async function startDroppingProxy(options: {
  target: string;
  share: number;
  random: () => number;
}): Promise<DroppingProxy> {
  const counts = { passed: 0, dropped: 0 };
  const target = new URL(options.target);
  const server: Server = createServer((request, response) => {
    const isDropped = options.random() < options.share;
    const onward = forward(
      { host: target.hostname, port: target.port, path: request.url, method: request.method, headers: request.headers },
      (answer) => {
        if (isDropped) {
          counts.dropped += 1;
          answer.resume().once("end", () => request.socket.destroy());
          return;
        }
        counts.passed += 1;
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once("error", () => request.socket.destroy());
    response.once("close", () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
