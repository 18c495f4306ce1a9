#!/usr/bin/env node
// Node 20 can start this; the CLI itself is TypeScript run as it is, which needs 22.18. The repository brings a newer Node.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "../src/main.ts");
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  process.argv[1] = main;
  // Halves the time to start, from the second time on.
  module.enableCompileCache?.(join(homedir(), ".cache/whetstone/compiled"));
  await import(main);
} else {
  const newer = join(here, "../../../node_modules/.bin/node");
  if (!existsSync(newer)) {
    process.stderr.write("error: whetstone needs Node 22.18 or newer\n  try: npm run setup\n");
    process.exit(1);
  }
  const child = spawn(newer, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  // The terminal sends Ctrl-C to both; this one must stay to pass the exit code on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => signal === "SIGINT" || child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
