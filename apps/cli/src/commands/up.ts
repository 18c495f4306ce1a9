import { resolve } from "node:path";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { toCount } from "../flags.ts";
import { createOutput, type Output } from "../output.ts";
import { readRemoteS3 } from "../stack/storage.ts";
import { startStack, type Stack } from "../stack/start-stack.ts";

interface Flags {
  json?: true;
  data: string;
  apiPort?: number;
  s3Port?: number;
  s3Endpoint?: string;
  s3Bucket?: string;
  s3Region?: string;
  runnerCount: number;
  runners: number | false;
  watch?: true;
}

export function upCommand(): Command {
  return new Command("up")
    .description("start everything on this machine: storage, API, pipeline, runners; Ctrl-C stops it")
    .option("--data <folder>", "where everything is kept", ".whetstone")
    .option("--api-port <port>", "port of the API (default: last time's, else any free one)", toCount)
    .option("--s3-port <port>", "port of the local S3 (default: last time's, else any free one)", toCount)
    .option(
      "--s3-endpoint <url>",
      "use this S3 instead of a local one; keys by S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY",
    )
    .option("--s3-bucket <name>", "bucket of --s3-endpoint; it must exist")
    .option("--s3-region <name>", "region of --s3-endpoint", "us-east-1")
    .option("--runners <n>", "vision and refiner runners to start, each (one trainer always)", toCount, 1)
    .option("--no-runners", "start none")
    .option("--watch", "restart runners when their source changes (the Workers always reload)")
    .action((_flags: unknown, command: Command) => up(command.optsWithGlobals<Flags>()));
}

async function up(flags: Flags): Promise<void> {
  const output = createOutput(flags);
  const startedAt = performance.now();
  const { promise: ended, resolve: end } = Promise.withResolvers<CliError | undefined>();
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) return;
      output.note("stopping");
      stopping.abort(new CliError("stopped before everything was up"));
      end(undefined);
    });
  }

  const stack = await startStack({
    dataPath: resolve(flags.data),
    apiPort: flags.apiPort,
    s3Port: flags.s3Port,
    s3: flags.s3Endpoint ? readRemoteS3({ ...flags, s3Endpoint: flags.s3Endpoint }, process.env) : undefined,
    runnerCount: flags.runners === false ? 0 : flags.runners,
    isWatching: flags.watch === true,
    signal: stopping.signal,
    onNote: (message) => output.note(message),
    onGiveUp: end,
  });
  announce(output, { stack, flags, seconds: (performance.now() - startedAt) / 1000 });
  const failure = await ended;
  await stack.stop();
  if (failure) throw failure;
  output.note("stopped; the data is kept");
}

function announce(output: Output, { stack, flags, seconds }: { stack: Stack; flags: Flags; seconds: number }): void {
  const { url, signInUrl, s3Endpoint, runners } = stack;
  const facts = {
    event: "ready",
    url,
    dashboard: signInUrl,
    docs: `${url}/docs`,
    s3: s3Endpoint,
    runners,
    profile: resolve(flags.data, "profile.json"),
    data: resolve(flags.data),
    pid: process.pid,
  };
  output.print(
    facts,
    [
      `whetstone is up after ${seconds.toFixed(1)} s`,
      `  dashboard  ${signInUrl} (signs in once, within 15 minutes; whetstone open makes another)`,
      `  api        ${url}`,
      `  docs       ${url}/docs`,
      `  s3         ${s3Endpoint}`,
      `  runners    ${runners.join(", ") || "none"}`,
      `  data       ${flags.data} (logs in ${flags.data}/logs)`,
      "Ctrl-C stops it; commands run in this folder talk to it",
    ].join("\n"),
  );
}
