import { HubCheckpoint, MixedVersion } from "@whetstone/schemas/api";
import { z } from "zod";
import { CliError } from "./errors.ts";

export interface StartFlags {
  init?: string;
  scratch?: true;
  hub?: string;
  architecture?: string;
}

/** Where a training starts: one of a model, a checkpoint of the hub, an architecture. */
export function toStart({ init, scratch, hub, architecture }: StartFlags) {
  const given = [init, hub, architecture].filter((start) => start !== undefined);
  if (given.length !== 1)
    throw new CliError("give one of --init, --hub and --architecture", { exitCode: 2, hint: "whetstone train --help" });
  if (scratch && init === undefined)
    throw new CliError("--scratch takes a model's architecture with fresh weights and goes with --init", {
      exitCode: 2,
    });
  if (init !== undefined) return { initModelId: init, fromScratch: scratch === true };
  if (architecture !== undefined) return { architecture };
  return { hub: toHub(hub ?? "") };
}

function toHub(text: string): HubCheckpoint {
  const at = text.lastIndexOf("@");
  const parsed = HubCheckpoint.safeParse({ id: text.slice(0, at), revision: text.slice(at + 1) });
  if (at > 0 && parsed.success) return parsed.data;
  throw new CliError(`--hub ${text} is no pinned checkpoint: write <owner>/<name>@<40 digits of a commit>`, {
    exitCode: 2,
  });
}

export interface MixFlags {
  mix?: string[];
  replay?: string[];
}

/** The versions to mix and their weights; nothing where the version is trained on alone. */
export function toMix(versionId: string, { mix = [], replay = [] }: MixFlags): { data?: MixedVersion[] } {
  if (mix.length + replay.length === 0) return {};
  const given = [...mix.map((text) => toMixed(text, false)), ...replay.map((text) => toMixed(text, true))];
  const isGiven = given.some((mixed) => mixed.versionId === versionId);
  return { data: isGiven ? given : [{ versionId, weight: 1, isEarlier: false }, ...given] };
}

function toMixed(text: string, isEarlier: boolean): MixedVersion {
  const [versionId, weight, ...rest] = text.split("=");
  const parsed = MixedVersion.safeParse({
    versionId,
    isEarlier,
    ...(weight === undefined ? {} : { weight: weight === "" ? Number.NaN : Number(weight) }),
  });
  if (parsed.success && rest.length === 0) return parsed.data;
  const why = parsed.success ? "" : `: ${z.prettifyError(parsed.error)}`;
  throw new CliError(`${text} is no version to mix: write dsv_... or dsv_...=<weight>${why}`, { exitCode: 2 });
}
