import type { IdKind, Scope } from "@whetstone/schemas/api";
import { idPrefixes } from "@whetstone/schemas/api";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import type * as schema from "@whetstone/schemas/db";
import { AppError } from "./errors.ts";
import type { Storage } from "./storage.ts";
import type { Vault } from "./vault.ts";
import type { UrlPolicy } from "./webhooks/refuse-url.ts";

export type Database = DrizzleD1Database<typeof schema>;

/** Who asks. A runner of the platform's own pool has no workspace; `system` is a workflow or a cron job. */
export type Actor =
  | { kind: "key"; keyId: string; workspaceId: string | null; scopes: readonly Scope[] }
  | { kind: "system"; job: string };

/** The workflow engine, as the verbs see it. Calls are hints: the engine also looks by itself, so a lost one only costs time. */
export interface Pipeline {
  start(runId: string): Promise<void>;
  /** Something about the run's tasks changed that its workflow should look at. */
  nudge(runId: string): Promise<void>;
  /** The run goes on after it had ended: its workflow is to begin anew. */
  revive(runId: string): Promise<void>;
  /** Sets out to deliver an event to a webhook. */
  deliver(deliveryId: string, round: number): Promise<void>;
  /** Blocks of the lifetime are closing: their rows are to move into Parquet. */
  closeBlocks(lifetimeId: string): Promise<void>;
  /** Sets out to make a schedule's report. */
  report(scheduleRunId: string): Promise<void>;
  /** Sets out to read an uploaded log into a stream. */
  importLog(importId: string): Promise<void>;
}

/** All a verb may touch. Nothing below the Workers' entry points reads env, clock or randomness by itself. */
export interface Context {
  db: Database;
  storage: Storage;
  pipeline: Pipeline;
  vault: Vault;
  /** Where requests may go that users name the address of. */
  urlPolicy: UrlPolicy;
  actor: Actor;
  requestId: string;
  now(): Date;
  newId(kind: IdKind): string;
  random(): number;
}

export function requireScope(ctx: Context, scope: Scope): void {
  if (ctx.actor.kind === "system" || ctx.actor.scopes.includes(scope)) return;
  throw new AppError("missing_scope", `this key lacks the scope ${scope}; make a key that has it`);
}

/** The workspace the caller works in. */
export function workspaceOf(ctx: Context): string {
  if (ctx.actor.kind === "key" && ctx.actor.workspaceId !== null) return ctx.actor.workspaceId;
  throw new AppError("missing_scope", "this key belongs to no workspace; use a key of the workspace");
}

/** A new id: prefix and UUIDv7, so that id order is time order. */
export function newId(kind: IdKind, nowMs: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = nowMs;
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return `${idPrefixes[kind]}_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
