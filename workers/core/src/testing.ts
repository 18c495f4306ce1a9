/// <reference types="@cloudflare/vitest-plugin/types" />
import { env } from "cloudflare:workers";
import { defaultQuotas, type Quotas, type Scope, workspaceScopes } from "@whetstone/schemas/api";
import { workspaces } from "@whetstone/schemas/db";
import type { Context, Pipeline } from "./context.ts";
import { type CoreEnv, createContext, partsFrom } from "./create-context.ts";

/** What tests find in `env`: see tests/vitest.config.ts. */
export interface TestEnv extends CoreEnv {
  ADMIN_TOKEN: string;
  /** A webhook receiver; see tests/setup/webhook-receiver.ts. */
  RECEIVER: string;
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

/** An engine that never does anything. */
export const silent: Pipeline = {
  start: async () => {},
  nudge: async () => {},
  revive: async () => {},
  deliver: async () => {},
  closeBlocks: async () => {},
  report: async () => {},
  importLog: async () => {},
};

/** A context in a fresh workspace, on the real D1 and S3 of the tests. */
export async function makeContext(options: TestContextOptions = {}): Promise<Context & { workspaceId: string }> {
  const { scopes = workspaceScopes, quotas = {}, pipeline = silent } = options;
  const parts = { ...partsFrom(env), pipeline, requestId: "req_test" };
  const system = createContext({ ...parts, actor: { kind: "system", job: "test" } });
  const workspaceId = system.newId("workspace");
  const row = { id: workspaceId, name: "test", quotas: { ...defaultQuotas, ...quotas }, createdAt: system.now() };
  await system.db.insert(workspaces).values(row);
  return { ...system, workspaceId, actor: { kind: "key", keyId: system.newId("key"), workspaceId, scopes } };
}
