import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import "../src/testing.ts";

await applyD1Migrations(env.DB, env.MIGRATIONS);
