import * as schema from "@whetstone/schemas/db";
import { drizzle } from "drizzle-orm/d1";
import { type Actor, type Context, newId, type Pipeline } from "./context.ts";
import { createS3Storage, type S3Config } from "./s3-storage.ts";
import type { Storage } from "./storage.ts";
import { createVault, type Vault } from "./vault.ts";
import type { UrlPolicy } from "./webhooks/refuse-url.ts";

export interface Parts {
  db: D1Database;
  storage: Storage;
  vault: Vault;
  urlPolicy: UrlPolicy;
  pipeline: Pipeline;
  actor: Actor;
  requestId: string;
}

/** A context on real parts: D1, the clock, the platform's randomness. Entry points call this once a request or job. */
export function createContext({ db, ...parts }: Parts): Context {
  return {
    ...parts,
    db: drizzle(db, { schema, casing: "snake_case" }),
    now: () => new Date(),
    newId: (kind) => newId(kind, Date.now()),
    random: Math.random,
  };
}

/** Variables and secrets both Workers have. */
export interface CoreEnv extends StorageEnv {
  DB: D1Database;
  /** What stored secrets are sealed with. */
  SECRETS_KEY?: string;
  /** `allowed` on a developer's machine; anything else keeps requests off private networks. */
  PRIVATE_ADDRESSES?: string;
}

/** The parts of a context that an environment alone decides. */
export function partsFrom(env: CoreEnv): Pick<Parts, "db" | "storage" | "vault" | "urlPolicy"> {
  return {
    db: env.DB,
    storage: storageFrom(env),
    vault: createVault(env.SECRETS_KEY),
    urlPolicy: { allowsPrivate: env.PRIVATE_ADDRESSES === "allowed" },
  };
}

export interface StorageEnv {
  S3_ENDPOINT: string;
  S3_REGION: string;
  S3_BUCKET: string;
  S3_ACCESS_KEY_ID: string;
  S3_SECRET_ACCESS_KEY: string;
}

const made = new Map<string, Storage>();

/** The storage an environment names; one client an isolate, since making it costs more than using it. */
export function storageFrom(env: StorageEnv): Storage {
  const config: S3Config = {
    endpoint: env.S3_ENDPOINT,
    region: env.S3_REGION,
    bucket: env.S3_BUCKET,
    accessKeyId: env.S3_ACCESS_KEY_ID,
    secretAccessKey: env.S3_SECRET_ACCESS_KEY,
  };
  const name = JSON.stringify(config);
  const storage = made.get(name) ?? createS3Storage(config);
  made.set(name, storage);
  return storage;
}
