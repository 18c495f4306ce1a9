import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import type { HubCheckpoint } from "@whetstone/schemas/api";
import { CliError } from "../errors.ts";
import { root } from "../stack/paths.ts";

const program = join(root, "gpu-runners/trainer");
const wrongInput = 2;

/** `owner/name@commit` of the hub in its parts; undefined for anything else, as a folder is. */
export function toHubCheckpoint(given: string): HubCheckpoint | undefined {
  const [, id, revision] = /^([\w.-]+\/[\w.-]+)@([0-9a-f]{40})$/.exec(given) ?? [];
  return id && revision ? { id, revision } : undefined;
}

/** Makes a package of an open_clip or transformers checkpoint in safetensors, by the trainer on this machine; its folder. */
export async function convertCheckpoint(given: string): Promise<string> {
  const hub = toHubCheckpoint(given);
  const model = hub?.id ?? given;
  const output = await mkdtemp(join(tmpdir(), "whetstone-package-"));
  const python = process.env["WHETSTONE_PYTHON"] ?? join(program, ".venv/bin/python");
  const flags = ["--name", basename(model), "--output", output, ...(hub ? ["--revision", hub.revision] : [])];
  const child = spawn(python, ["-m", "trainer.pretrained", model, ...flags], {
    cwd: program,
    env: { ...process.env, OMP_WAIT_POLICY: "passive" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<number | null>((settle, reject) => {
    child.once("error", (cause) =>
      reject(new CliError(`${python} can't be started`, { cause, hint: "run npm run setup, or set WHETSTONE_PYTHON" })),
    );
    child.once("close", settle);
  });
  const [code, said] = await Promise.all([ended, text(child.stderr)]);
  if (code === 0) return output;
  const why =
    said
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^error: /, "") ?? "";
  throw new CliError(`${given} can't be made a package: ${why}`, { exitCode: code === wrongInput ? 2 : 1 });
}
