import { env } from "cloudflare:workers";
import { type Scope, workspaceScopes, defaultQuotas, type Quotas } from "@whetstone/schemas/api";
import { workspaces } from "@whetstone/schemas/db";
import type { Context, Pipeline } from "../context.ts";
import { createContext, storageFrom } from "../create-context.ts";
import "./env.ts";

export interface TestContextOptions {
  scopes?: readonly Scope[];
  quotas?: Partial<Quotas>;
  pipeline?: Pipeline;
}

const silent: Pipeline = { start: () => Promise.resolve(), nudge: () => Promise.resolve() };

/** A context in a fresh workspace, on the real D1 and S3 of the tests. */
export async function makeContext({ scopes = workspaceScopes, quotas = {}, pipeline = silent }: TestContextOptions = {}): Promise<Context & { workspaceId: string }> {
  const parts = { db: env.DB, storage: storageFrom(env), pipeline, requestId: "req_test" };
  const system = createContext({ ...parts, actor: { kind: "system", job: "test" } });
  const workspaceId = system.newId("workspace");
  await system.db.insert(workspaces).values({ id: workspaceId, name: "test", quotas: { ...defaultQuotas, ...quotas }, createdAt: system.now() });
  return { ...system, workspaceId, actor: { kind: "key", keyId: system.newId("key"), workspaceId, scopes } };
}
