import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../errors.ts";
import { readTail, startChild } from "./child.ts";
import { apiConfig, migrations, pipelineConfig, root, wrangler } from "./paths.ts";
import { answersOk, type S3Settings } from "./storage.ts";
import type { ServiceOptions } from "./supervise.ts";

const migrateTimeoutMs = 180_000;

/** Wrangler, told not to ask, not to report and not to look for news. */
function quietWrangler(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    TMPDIR: process.env["TMPDIR"],
    CI: "1",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_WRITE_LOGS: "false",
    WRANGLER_REGISTRY_PATH: join(folder, "registry"),
    MINIFLARE_REGISTRY_PATH: join(folder, "registry"),
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
  };
}

/** Applies what is new in `schemas/migrations`; does nothing when that folder is as it was. */
export async function migrate(folder: string, logPath: string): Promise<void> {
  const state = join(folder, "state");
  await mkdir(state, { recursive: true });
  const stampPath = join(state, "migrations-applied");
  const stamp = await hashMigrations();
  if ((await readFile(stampPath, "utf8").catch(() => "")) === stamp) return;

  const args = [wrangler, "d1", "migrations", "apply", "whetstone", "--local", "--persist-to", state, "-c", apiConfig];
  const child = startChild({
    name: "migrations",
    command: process.execPath,
    args,
    cwd: root,
    env: quietWrangler(folder),
    logPath,
  });
  const timer = setTimeout(() => void child.stop(), migrateTimeoutMs);
  const how = await child.exited;
  clearTimeout(timer);
  if (how !== "exited with code 0") {
    throw new CliError(`applying the database migrations ${how}; the end of ${logPath}:\n${await readTail(logPath)}`);
  }
  await writeFile(stampPath, stamp);
}

/**
 * How to start the API and the pipeline in one `wrangler dev`. Settings go by environment, which both Workers see: not on the
 * command line, where every user of the machine could read the secrets.
 */
export function planWorkers(
  folder: string,
  port: number,
  settings: { s3: S3Settings; adminToken: string; secretsKey: string },
) {
  const { s3, adminToken, secretsKey } = settings;
  const address = ["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"];
  return {
    name: "workers",
    command: process.execPath,
    args: [wrangler, "dev", "-c", apiConfig, "-c", pipelineConfig, "--persist-to", join(folder, "state"), ...address],
    cwd: root,
    env: {
      ...quietWrangler(folder),
      CLOUDFLARE_INCLUDE_PROCESS_ENV: "true",
      S3_ENDPOINT: s3.endpoint,
      S3_REGION: s3.region,
      S3_BUCKET: s3.bucket,
      S3_ACCESS_KEY_ID: s3.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
      ADMIN_TOKEN: adminToken,
      SECRETS_KEY: secretsKey,
    },
    isReady: () => answersOk(`http://127.0.0.1:${port}/healthz`),
    readyTimeoutMs: 180_000,
  } satisfies Partial<ServiceOptions>;
}

async function hashMigrations(): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(migrations)).filter((file) => file.endsWith(".sql")).toSorted()) {
    hash.update(name).update(await readFile(join(migrations, name)));
  }
  return hash.digest("hex");
}
