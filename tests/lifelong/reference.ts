import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { LifelongOptions } from "@whetstone/core/lifelong";

const project = join(import.meta.dirname, "../reference/l2metrics");
const own = join(homedir(), ".cache/whetstone/uv/bin/uv");

export interface ReferenceCase {
  name: string;
  log_dir: string;
  experts: string[];
  settings: Record<string, unknown>;
}

export type ReferenceResult =
  | { name: string; metrics: Record<string, unknown>; regimes: string; seconds: number }
  | { name: string; error: string };

/** Installs l2metrics 3.1.0 with what it needs, once; says why when it can't (it wants Python 3.11 or 3.12). */
export function setUpReference(): { python: string } | { reason: string } {
  const uv = existsSync(own) ? own : "uv";
  const { status, stderr, error } = spawnSync(uv, ["sync", "--frozen", "--quiet", "--project", project], {
    encoding: "utf8",
    timeout: 300_000,
  });
  const python = join(project, ".venv/bin/python");
  return status === 0 ? { python } : { reason: error?.message ?? stderr.trim().split("\n").at(-1) ?? "uv failed" };
}

/** Runs all cases in one Python process. */
export function runReference(python: string, work: string, cases: readonly ReferenceCase[]): ReferenceResult[] {
  const { stdout, stderr, status } = spawnSync(python, [join(project, "run_reference.py"), work], {
    input: JSON.stringify(cases),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: 60_000 + 3_000 * cases.length,
  });
  if (status !== 0) throw new Error(`the reference program failed: ${stderr}`);
  return JSON.parse(stdout.replaceAll(/\bNaN\b/g, "null").replaceAll(/\bInfinity\b/g, "1e999")) as ReferenceResult[];
}

export function toSettings(options: Partial<LifelongOptions>): Record<string, unknown> {
  const names: Record<string, string> = { smoothEvalData: "do_smooth_eval_data" };
  const toName = (key: string): string =>
    names[key] ?? key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const entries = Object.entries(options).map(([key, value]) => [toName(key), value] as const);
  const settings = Object.fromEntries(entries);
  const range = options.dataRange;
  if (range)
    settings["data_range"] = Object.fromEntries(
      Object.entries(range).map(([name, each]) => [name.toLowerCase(), each]),
    );
  return settings;
}
