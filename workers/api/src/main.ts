import { createApp } from "./app.ts";
import type { Env } from "./env.ts";

const app = createApp();

export default {
  fetch: app.fetch,
  async scheduled(_controller, env) {
    await env.PIPELINE.tick();
  },
} satisfies ExportedHandler<Env>;
