import { createServer } from "node:net";
import { CliError } from "../errors.ts";

const host = "127.0.0.1";

/** The wanted port if it is free, any free one when none is wanted. */
export async function takePort(wanted: number | undefined, flag: string): Promise<number> {
  const port = await listenOnce(wanted ?? 0);
  if (port !== undefined) return port;
  throw new CliError(`port ${wanted} is taken`, { hint: `stop what listens there, or choose another with ${flag}` });
}

/** Last time's port if it is still free, so that addresses survive a restart; else any free one. */
export async function preferPort(last: number | undefined, flag: string): Promise<number> {
  if (last !== undefined && (await listenOnce(last)) !== undefined) return last;
  return takePort(undefined, flag);
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : undefined));
    });
  });
}
