import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CreateLoop, type WeightsSource } from "@whetstone/schemas/api";
import type { Client } from "@whetstone/schemas/client";
import { z } from "zod";
import { toLimits } from "../budget-flag.ts";
import { CliError } from "../errors.ts";
import { toValue } from "../flags.ts";
import { toHubCheckpoint } from "../model-layouts/convert-checkpoint.ts";
import { uploadPath } from "../upload-path.ts";

export interface StartFlags {
  method: string;
  policy: string;
  policyKind: string;
  task: string;
  verifier?: string;
  reward?: string;
  judge?: string;
  name?: string;
  iterations?: number;
  seed?: number;
  shards?: number;
  maxTokens?: number;
  stream?: string;
  set?: string[];
  measure?: string[];
  gate?: string[];
  budget?: string[];
}

/** Flags as the API takes them; folders and files that are named are uploaded on the way. */
export async function toLoopRequest(flags: StartFlags, api: Client): Promise<CreateLoop> {
  const scratch = await mkdtemp(join(tmpdir(), "whetstone-loop-"));
  const weights = (given: string): Promise<WeightsSource> => toSource(given, { api, scratch });
  try {
    const body = {
      name: flags.name ?? flags.method,
      method: flags.method,
      parameters: toValues(flags.set, "--set"),
      policy: { kind: flags.policyKind, source: await weights(flags.policy) },
      task: await toTask(flags, { api, scratch }),
      ...(flags.reward === undefined ? {} : { reward: await weights(flags.reward) }),
      ...(flags.judge === undefined ? {} : { judge: await weights(flags.judge) }),
      iterations: flags.iterations,
      seed: flags.seed,
      shards: flags.shards,
      maxTokens: flags.maxTokens,
      measure: toValues(flags.measure, "--measure"),
      gate: toValues(flags.gate, "--gate"),
      budget: toLimits(flags.budget ?? []),
      streamId: flags.stream,
    };
    const parsed = CreateLoop.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new CliError(z.prettifyError(parsed.error), { exitCode: 2 });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Place {
  api: Client;
  scratch: string;
}

async function toSource(given: string, place: Place): Promise<WeightsSource> {
  if (given.startsWith("mdl_")) return { from: "model", modelId: given };
  if (given.startsWith("up_")) return { from: "upload", uploadId: given };
  const hub = toHubCheckpoint(given);
  if (hub) return { from: "hub", ...hub };
  return { from: "upload", uploadId: await uploadPath(resolve(given), place) };
}

async function toTask({ task, verifier }: StartFlags, place: Place): Promise<Record<string, unknown>> {
  if (task.startsWith("dsv_")) return { kind: "refinement", versionId: task };
  const uploadId = task.startsWith("up_") ? task : await uploadPath(resolve(task), place);
  return { kind: "questions", uploadId, ...(verifier === undefined ? {} : { verifier }) };
}

/** `name=value` flags; what reads as JSON is JSON, anything else a text. */
export function toValues(pairs: readonly string[] | undefined, flag: string): Record<string, unknown> {
  return Object.fromEntries(
    (pairs ?? []).map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new CliError(`${flag} ${pair}: write <name>=<value>`, { exitCode: 2 });
      return [pair.slice(0, at), toValue(pair.slice(at + 1))];
    }),
  );
}
