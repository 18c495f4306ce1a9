/// <reference types="@cloudflare/vitest-plugin/types" />
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { NewWorkspace } from "@whetstone/schemas/api";
import type { TestEnv } from "@whetstone/core/testing";
import { createApp } from "../src/app.ts";
import type { Env } from "../src/env.ts";

export const app = createApp();

export interface Call {
  method?: string;
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
  env?: Partial<Env>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // The tests look into answers of every shape.
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads what it expects
  json: any;
}

/** Sends one request through the whole app, on real D1 and S3. */
export async function call(
  path: string,
  { method, key, body, headers = {}, env: rest = {} }: Call = {},
): Promise<Answer> {
  const init: RequestInit = {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  };
  const execution = createExecutionContext();
  const response = await app.request(
    `https://api.test${path}`,
    init,
    { ...(env as unknown as Env), ...rest },
    execution,
  );
  const text = await response.text();
  await waitOnExecutionContext(execution);
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

export const adminToken: TestEnv["ADMIN_TOKEN"] = env.ADMIN_TOKEN;

/** A fresh workspace and the secret of its first key. */
export async function makeWorkspace(quotas = {}): Promise<{ id: string; key: string }> {
  const answer = await call("/v1/workspaces", { key: adminToken, body: { name: "acme", quotas } });
  if (answer.status !== 201) throw new Error(`no workspace: ${answer.text}`);
  const workspace = answer.json as NewWorkspace;
  return { id: workspace.id, key: workspace.key.secret };
}

/** A key of the same workspace with these scopes alone. */
export async function makeKey(
  key: string,
  body: { scopes: string[]; expiresAt?: string },
): Promise<{ id: string; key: string }> {
  const { json } = await call("/v1/keys", { key, body: { name: "narrow", ...body } });
  return { id: json.id, key: json.secret };
}
