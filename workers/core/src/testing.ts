/// <reference types="@cloudflare/vitest-plugin/types" />
import { env } from "cloudflare:workers";
import { defaultQuotas, type Quotas, type Scope, workspaceScopes } from "@whetstone/schemas/api";
import { workspaces } from "@whetstone/schemas/db";
import type { Context, Pipeline } from "./context.ts";
import { createContext, storageFrom, type StorageEnv } from "./create-context.ts";

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

export interface TestContextOptions {
  scopes?: readonly Scope[];
  quotas?: Partial<Quotas>;
  pipeline?: Pipeline;
}

const silent: Pipeline = { start: () => Promise.resolve(), nudge: () => Promise.resolve() };

/** A context in a fresh workspace, on the real D1 and S3 of the tests. */
export async function makeContext(options: TestContextOptions = {}): Promise<Context & { workspaceId: string }> {
  const { scopes = workspaceScopes, quotas = {}, pipeline = silent } = options;
  const parts = { db: env.DB, storage: storageFrom(env), pipeline, requestId: "req_test" };
  const system = createContext({ ...parts, actor: { kind: "system", job: "test" } });
  const workspaceId = system.newId("workspace");
  const row = { id: workspaceId, name: "test", quotas: { ...defaultQuotas, ...quotas }, createdAt: system.now() };
  await system.db.insert(workspaces).values(row);
  return { ...system, workspaceId, actor: { kind: "key", keyId: system.newId("key"), workspaceId, scopes } };
}
