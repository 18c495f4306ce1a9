import { basename, resolve } from "node:path";
import type { Stream } from "@whetstone/schemas/api";
import type { Client } from "@whetstone/schemas/client";
import { CliError } from "../errors.ts";
import { createProgressBar } from "../progress.ts";
import { findLogFolders, type LogFolder, openLogFolder } from "./log-folder.ts";
import { type Pushed, pushLog } from "./push-log.ts";

export interface FoldersToPush {
  folders: readonly string[];
  /** Add to this stream; a new one otherwise, as the first folder's scenario_info.json describes it. */
  stream?: string;
  name?: string;
  /** Name of a single folder's lifetime. */
  lifetime?: string;
  /** A folder of log folders, each a run of a single-task expert. */
  experts?: string;
}

/** Sends log folders into one stream, each as a lifetime of its own. */
export async function pushFolders(
  api: Client,
  { folders, experts: expertsFolder, ...flags }: FoldersToPush,
): Promise<{ stream: Stream; pushed: Pushed[] }> {
  const learners = await Promise.all(folders.map(openLogFolder));
  const experts = expertsFolder ? await Promise.all((await findLogFolders(expertsFolder)).map(openLogFolder)) : [];
  const [first] = learners;
  if (!first) throw new CliError("give a log folder", { exitCode: 2 });
  checkMeasures(first, [...learners, ...experts]);

  const stream = await openStream(api, { flags, first });
  const pushed: Pushed[] = [];
  for (const [log, role] of [
    ...learners.map((each) => [each, "learner"] as const),
    ...experts.map((each) => [each, "expert"] as const),
  ]) {
    const lifetime = role === "learner" && flags.lifetime !== undefined ? flags.lifetime : toLifetimeName(log, role);
    const bar = createProgressBar(lifetime);
    pushed.push(await pushLog(log, { api, bar, streamId: stream.id, lifetime, role }).finally(() => bar.end()));
    await closeAll(api, { streamId: stream.id, lifetime });
  }
  return { stream, pushed };
}

/** The API closes some blocks a call. Nothing hangs on it: those left open are read all the same. */
async function closeAll(api: Client, { streamId, lifetime }: { streamId: string; lifetime: string }): Promise<void> {
  for (let closed = 1; closed > 0;)
    closed = await api.streams.close(streamId, { lifetime }).then(
      (blocks) => blocks.length,
      () => 0,
    );
}

async function openStream(
  api: Client,
  { flags, first }: { flags: Pick<FoldersToPush, "stream" | "name">; first: LogFolder },
): Promise<Stream> {
  if (flags.stream !== undefined) return api.streams.get(flags.stream);
  const { metricsColumns, scenario } = first;
  return api.streams.create({ name: flags.name ?? first.name.slice(0, 100), metricsColumns, scenario });
}

/** A stream has one set of measures. */
function checkMeasures(first: LogFolder, logs: readonly LogFolder[]): void {
  const odd = logs.find((log) => log.metricsColumns.toSorted().join() !== first.metricsColumns.toSorted().join());
  if (odd)
    throw new CliError(
      `${odd.path} measures ${odd.metricsColumns.join(", ")}, ${first.path} ${first.metricsColumns.join(", ")}; push them into two streams`,
      { exitCode: 2 },
    );
}

function toLifetimeName(log: LogFolder, role: string): string {
  const name = basename(resolve(log.path)).replaceAll(/[^\w.-]/g, "-");
  return (role === "expert" ? `expert-${name}` : name).slice(0, 100);
}
