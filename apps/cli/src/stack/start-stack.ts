import { join } from "node:path";
import { createClient } from "@whetstone/schemas/client";
import type { CliError } from "../errors.ts";
import { openAccount } from "./account.ts";
import { type DataFolder, openDataFolder, type Secrets } from "./data-folder.ts";
import { endLeftovers, noteChild } from "./leftovers.ts";
import { preferPort, takePort } from "./ports.ts";
import { listRunners, planRunner } from "./runners.ts";
import { planStorage, localBucket, type S3Settings } from "./storage.ts";
import { type Service, type ServiceOptions, startService } from "./supervise.ts";
import { migrate, planWorkers } from "./workers.ts";

const cronEveryMs = 60_000;

export interface StackOptions {
  dataPath: string;
  apiPort: number | undefined;
  s3Port: number | undefined;
  /** An S3 elsewhere instead of the local one. */
  s3: S3Settings | undefined;
  /** Runners of each kind. */
  runnerCount: number;
  isWatching: boolean;
  /** Stops a start that is under way. */
  signal: AbortSignal;
  onNote: (message: string) => void;
  onGiveUp: (error: CliError) => void;
}

export interface Stack {
  url: string;
  /** Address of the dashboard that signs a browser in, once. */
  signInUrl: string;
  s3Endpoint: string;
  runners: string[];
  stop(): Promise<void>;
}

type Start = (
  plan: Omit<ServiceOptions, "logPath" | "signal" | "onPid" | "onRestart" | "onGiveUp">,
) => Promise<Service>;

/** Everything on this machine: storage, then the Workers, then the runners, each healthy before what needs it starts. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = await openDataFolder(options.dataPath);
  const services: Service[] = [];
  const childrenPath = join(folder.path, "children.jsonl");
  let cron: NodeJS.Timeout | undefined;

  const start: Start = async (plan) => {
    const logPath = join(folder.logs, `${plan.name}.log`);
    const onPid = (pid: number) => noteChild(childrenPath, pid);
    const service = await startService({
      ...plan,
      logPath,
      signal: options.signal,
      onPid,
      onRestart: options.onNote,
      onGiveUp: options.onGiveUp,
    });
    services.push(service);
    return service;
  };
  async function stop(): Promise<void> {
    clearInterval(cron);
    // Runners first: they hand their tasks back while there is still an API to hand them to.
    await stopAll(services.filter(({ name }) => name !== "workers" && name !== "storage"));
    await stopAll(services);
    await endLeftovers(childrenPath);
    await folder.release();
  }

  try {
    if ((await endLeftovers(childrenPath)) > 0) options.onNote("ended processes that an earlier stack had left behind");
    const secrets = await folder.readSecrets();
    const [s3] = await Promise.all([
      openStorage(),
      timed("database", () => migrate(folder.path, join(folder.logs, "migrations.log"))),
    ]);
    const apiPort = options.apiPort
      ? await takePort(options.apiPort, "--api-port")
      : await preferPort(secrets.apiPort, "--api-port");
    const url = `http://127.0.0.1:${apiPort}`;
    await timed("workers", () => start(planWorkers(folder.path, apiPort, { s3, ...secrets })));
    const account = await openAccount(folder, secrets, url);
    await folder.writeSecrets({ ...secrets, apiPort });
    await folder.writeProfile({ url, key: account.workspaceKey });
    cron = setInterval(() => void fireCron(url), cronEveryMs);

    const runners = options.runnerCount > 0 ? listRunners(options.runnerCount) : [];
    const settings = { folder: folder.path, url, token: account.runnerKey, isWatching: options.isWatching };
    await timed("runners", () => Promise.all(runners.map((runner) => start(planRunner(runner, settings)))));
    const { url: signInUrl } = await createClient({ baseUrl: url, key: account.workspaceKey }).session.createLink();
    return { url, signInUrl, s3Endpoint: s3.endpoint, runners: runners.map(({ name }) => name), stop };

    async function openStorage(): Promise<S3Settings> {
      return options.s3 ?? timed("storage", () => startLocalStorage(folder, secrets));
    }
  } catch (error) {
    await stop();
    throw error;
  }

  async function startLocalStorage({ path }: DataFolder, secrets: Secrets): Promise<S3Settings> {
    const keys = { accessKeyId: secrets.s3AccessKeyId, secretAccessKey: secrets.s3SecretAccessKey };
    const port = options.s3Port
      ? await takePort(options.s3Port, "--s3-port")
      : await preferPort(secrets.s3Port, "--s3-port");
    await start(await planStorage(path, port, keys));
    secrets.s3Port = port;
    return { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", bucket: localBucket, ...keys };
  }

  async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
    options.signal.throwIfAborted();
    const startedAt = performance.now();
    const result = await work();
    options.onNote(`${what} ready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return result;
  }
}

async function stopAll(services: readonly Service[]): Promise<void> {
  await Promise.all(services.map((service) => service.stop()));
}

/** `wrangler dev` knows the cron triggers but leaves it to others to fire them. */
async function fireCron(url: string): Promise<void> {
  await fetch(`${url}/cdn-cgi/handler/scheduled`, { signal: AbortSignal.timeout(30_000) }).catch(() => undefined);
}
