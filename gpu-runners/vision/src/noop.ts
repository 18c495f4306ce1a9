import { setTimeout as delay } from "node:timers/promises";
import { defineTask } from "@whetstone/runtime";

/** Does nothing for as long as it is told: measures the orchestration alone. */
export const noop = defineTask({
  kind: "noop",
  async run({ params: { sleepMs }, signal }) {
    if (sleepMs > 0) await delay(sleepMs, undefined, { signal });
    return { counts: { tasks: 1 } };
  },
});
