import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import type { S3Server } from "./setup/versitygw.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const migrations = await readD1Migrations(`${root}/schemas/migrations`);
const testTimeout = 20_000;

// wrangler.jsonc names it, and the tests of the Workers need nothing in it.
mkdirSync(`${root}/apps/dashboard/dist`, { recursive: true });

/** What both Workers get on top of their wrangler.jsonc: the test S3 server, secrets, and the migrations to apply. */
function bindings(s3: Omit<S3Server, "stop">, receiver: string) {
  return {
    MIGRATIONS: migrations,
    RECEIVER: receiver,
    ADMIN_TOKEN: "test-admin-token",
    SECRETS_KEY: "test-secrets-key-of-thirty-two-characters",
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_BUCKET: s3.bucket,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  };
}

/** Stands for the pipeline Worker in tests of the API; its own project runs the real one. */
const silentPipeline = {
  name: "whetstone-pipeline",
  modules: true,
  compatibilityDate: "2026-11-01",
  script: `import { WorkerEntrypoint } from "cloudflare:workers";
    export class Pipeline extends WorkerEntrypoint { start() {} nudge() {} revive() {} deliver() {} closeBlocks() {} report() {} importLog() {} tick() {} }
    export default { fetch: () => new Response("silent") };`,
};

const workers = (name: string, worker: "api" | "pipeline", include: string[]) => ({
  root,
  plugins: [
    cloudflareTest(({ inject }) => ({
      wrangler: { configPath: `${root}/workers/${worker}/wrangler.jsonc` },
      miniflare: {
        bindings: bindings(inject("s3"), inject("receiver")),
        ...(worker === "api" ? { workers: [silentPipeline] } : {}),
      },
    })),
  ],
  // Every test mints its own rows, so files share an isolate: loading the AWS SDK anew for each takes longer than the tests.
  test: { name, include, testTimeout, isolate: false, setupFiles: [`${root}/workers/core/test/apply-migrations.ts`] },
});

export default defineConfig({
  root,
  test: {
    globalSetup: [`${root}/tests/setup/global.ts`],
    // Its own choice on two cores is one, which leaves them idle while a test waits for a stack.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      workers("workers", "api", ["workers/{core,api}/**/*.test.ts"]),
      workers("pipeline", "pipeline", ["workers/pipeline/**/*.test.ts"]),
      {
        root,
        test: {
          name: "node",
          include: ["{schemas,gpu-runners,apps,tests}/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/.venv/**", "**/.whetstone/**"],
          testTimeout,
        },
      },
    ],
  },
});
