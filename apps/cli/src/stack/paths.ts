import { join, resolve } from "node:path";

/** The repository this CLI runs in. */
export const root: string = resolve(import.meta.dirname, "../../../..");

export const wrangler: string = join(root, "node_modules/wrangler/bin/wrangler.js");
export const apiConfig: string = join(root, "workers/api/wrangler.jsonc");
export const pipelineConfig: string = join(root, "workers/pipeline/wrangler.jsonc");
export const migrations: string = join(root, "schemas/migrations");
export const versitygwPin: string = join(root, "infra/versitygw-version");
