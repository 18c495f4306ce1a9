import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");

const environment = "production";

test.each(["pipeline", "api"])("the %s Worker bundles for production", { timeout: 60_000 }, async (worker) => {
  const outdir = await mkdtemp(join(tmpdir(), "deploy-"));
  try {
    const config = join(root, `workers/${worker}/wrangler.jsonc`);
    const options = ["deploy", "--dry-run", "--config", config, "--env", environment, "--outdir", outdir];
    const { stdout } = await promisify(execFile)(process.execPath, [wrangler, ...options], {
      env: { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" },
    });

    expect(stdout).toContain(`env.DB (whetstone-${environment})`);
    expect(stdout).not.toMatch(/127\.0\.0\.1|localhost/);
    expect(await readdir(outdir)).toContain("main.js");
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
});
