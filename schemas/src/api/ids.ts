import { z } from "zod";

/** Every id is a prefix and 32 hex digits of a UUIDv7, so id order is time order. */
export const idPrefixes = {
  workspace: "ws",
  key: "key",
  session: "sess",
  upload: "up",
  dataset: "ds",
  version: "dsv",
  run: "run",
  task: "task",
  model: "mdl",
  loop: "loop",
  evaluation: "eval",
  runner: "rnr",
  suite: "suite",
  share: "shr",
  webhook: "whk",
  delivery: "whd",
  event: "evt",
  audit: "aud",
  stream: "str",
  lifetime: "lt",
  block: "blk",
  batch: "xb",
  streamImport: "imp",
  matrix: "mat",
  schedule: "sch",
  scheduleRun: "schr",
  report: "rep",
  review: "rvw",
  request: "req",
} as const;
export type IdKind = keyof typeof idPrefixes;

/**
 * An id as it travels. Only its length is checked here: a malformed id must answer exactly like an unknown one,
 * so looking it up decides.
 */
export function Id(kind: IdKind): z.ZodString {
  return z
    .string()
    .min(1)
    .max(80)
    .meta({
      description: `${kind} id, starts with ${idPrefixes[kind]}_`,
      example: `${idPrefixes[kind]}_${"0".repeat(32)}`,
    });
}

/** 128-bit sample id in hex, DataComp's form. */
export const Uid = z.string().regex(/^[0-9a-f]{32}$/);
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hex");
