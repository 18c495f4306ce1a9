/// <reference types="@cloudflare/vitest-plugin/types" />
import type { StorageEnv } from "../create-context.ts";

/** What tests find in `env`: see tests/vitest.config.ts. */
export interface TestEnv extends StorageEnv {
  DB: D1Database;
  ADMIN_TOKEN: string;
  MIGRATIONS: { name: string; queries: string[] }[];
}

declare global {
  namespace Cloudflare {
    interface Env extends TestEnv {}
  }
}
