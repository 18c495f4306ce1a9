import { z } from "zod";
import { Id } from "./ids.ts";

/** What a key may do. `admin` is the platform's own and never given to a workspace; `runner` speaks the runner protocol only. */
export const scopes = [
  "admin",
  "runner",
  "workspace:read",
  "workspace:write",
  "keys:read",
  "keys:write",
  "uploads:write",
  "datasets:read",
  "datasets:write",
  "runs:read",
  "runs:write",
  "models:read",
  "models:write",
  "evaluations:read",
  "evaluations:write",
  "webhooks:read",
  "webhooks:write",
  "streams:read",
  "streams:write",
  "reports:read",
  "reports:write",
] as const;
export const Scope = z.enum(scopes);
export type Scope = z.infer<typeof Scope>;

/** What the first key of a workspace holds: everything inside it. */
export const workspaceScopes: Scope[] = scopes.filter((scope) => scope !== "admin" && scope !== "runner");

export const ApiKey = z
  .object({
    id: Id("key"),
    object: z.literal("api_key"),
    name: z.string(),
    prefix: z.string().meta({ description: "first characters, to recognise the key by" }),
    scopes: z.array(Scope),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "ApiKey" });
export type ApiKey = z.infer<typeof ApiKey>;

/** A key just made. `secret` is shown this once. */
export const NewApiKey = ApiKey.extend({ secret: z.string() }).meta({ id: "NewApiKey" });
export type NewApiKey = z.infer<typeof NewApiKey>;

export const CreateApiKey = z
  .object({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(Scope).min(1).max(scopes.length),
    expiresAt: z.iso.datetime().optional(),
  })
  .meta({ id: "CreateApiKey" });
export type CreateApiKey = z.infer<typeof CreateApiKey>;
