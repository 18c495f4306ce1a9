import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";

const cli = resolve(import.meta.dirname, "../../cli/src/main.ts");
const Profile = z.object({ url: z.url(), key: z.string() });
const readyTimeoutMs = 420_000;

export interface Stack {
  url: string;
  key: string;
  /** Runs a CLI command and answers the JSON it printed; its progress goes to stderr. */
  whetstone<T extends z.ZodType>(answer: T, args: readonly string[]): Promise<z.output<T>>;
  stop(): Promise<void>;
  /** Leaves the stack up when this process ends. */
  release(): void;
}

/** `whetstone up` as a child, or the stack that runs on this folder already. */
export async function openStack(dataFolder: string): Promise<Stack> {
  const running = await readProfile(dataFolder);
  if (running && (await answers(running.url)))
    return toStack(running, { stop: async () => undefined, release: () => undefined });

  // A file, not our own stderr: who reads that through a pipe would wait for the stack to end, not for us.
  await mkdir(join(dataFolder, "logs"), { recursive: true });
  const log = createWriteStream(join(dataFolder, "logs/up.log"), { flags: "a" });
  await once(log, "open");
  const child = spawn(process.execPath, [cli, "up", "--json", "--data", dataFolder], {
    stdio: ["ignore", "pipe", log],
    detached: true,
  });
  log.end();
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };
  const onExit = (): void => void child.kill("SIGTERM");
  process.once("exit", onExit);
  const release = (): void => {
    process.removeListener("exit", onExit);
    child.stdout.destroy();
    child.unref();
  };
  const ready = new Promise<void>((done, fail) => {
    const timer = setTimeout(
      () => fail(new Error(`the stack was not up after ${readyTimeoutMs / 1000} s; see ${dataFolder}/logs`)),
      readyTimeoutMs,
    );
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.includes('"ready"')) return;
      clearTimeout(timer);
      done();
    });
    void ended.then(() => fail(new Error(`the stack could not start; see ${dataFolder}/logs`)));
  });
  await ready.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const profile = await readProfile(dataFolder);
  if (!profile) throw new Error(`${dataFolder}/profile.json is missing`);
  return toStack(profile, { stop, release });
}

function toStack({ url, key }: z.infer<typeof Profile>, { stop, release }: Pick<Stack, "stop" | "release">): Stack {
  const env = { ...process.env, WHETSTONE_URL: url, WHETSTONE_KEY: key };
  const commands = new Set<ChildProcess>();
  return {
    url,
    key,
    release,
    async stop() {
      for (const command of commands) command.kill("SIGTERM");
      await stop();
    },
    async whetstone(answer, args) {
      const child = spawn(process.execPath, [cli, "--json", ...args], { stdio: ["ignore", "pipe", "inherit"], env });
      commands.add(child);
      const ended = new Promise<number | null>((done) => child.once("close", done)).finally(() =>
        commands.delete(child),
      );
      let text = "";
      for await (const chunk of child.stdout.setEncoding("utf8")) text += chunk;
      const code = await ended;
      if (code !== 0) throw new Error(`whetstone ${args.slice(0, 2).join(" ")} ended with code ${code}`);
      return answer.parse(JSON.parse(text));
    },
  };
}

async function readProfile(dataFolder: string): Promise<z.infer<typeof Profile> | undefined> {
  const text = await readFile(join(dataFolder, "profile.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : Profile.parse(JSON.parse(text));
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
}
