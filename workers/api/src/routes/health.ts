import { createContext, partsFrom } from "@whetstone/core/create-context";
import { ping } from "@whetstone/core/ping";
import { Hono } from "hono";
import type { AppEnv } from "../env.ts";

/** Whether the API and what it stands on answer; 503 while something does not. */
export const health = new Hono<AppEnv>().get("/healthz", async (c) => {
  const parts = { ...partsFrom(c.env), pipeline: c.env.PIPELINE, requestId: c.var.requestId };
  const checks = await ping(createContext({ ...parts, actor: { kind: "system", job: "health" } }));
  const isHealthy = Object.values(checks).every((state) => state === "ok");
  return c.json({ status: isHealthy ? "ok" : "degraded", ...checks }, isHealthy ? 200 : 503, {
    "cache-control": "no-store",
  });
});
