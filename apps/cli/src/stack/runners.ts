import { join } from "node:path";
import { root } from "./paths.ts";
import type { ServiceOptions } from "./supervise.ts";

export const runnerKinds = ["vision", "refiner", "trainer"] as const;
export type RunnerKind = (typeof runnerKinds)[number];

/** One trainer is enough for a machine: training uses all its cores. */
export function listRunners(count: number): { name: string; kind: RunnerKind }[] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return runnerKinds.flatMap((kind) =>
    (kind === "trainer" ? [1] : numbers).map((number) => ({ name: `${kind}-${number}`, kind })),
  );
}

export interface RunnerSettings {
  /** The stack's data folder; what refiners remember lives and goes with it. */
  folder: string;
  url: string;
  token: string;
  isWatching: boolean;
}

/** With few arenas, a small young generation gives the memory of many small images back soon. */
const memoryFlags = ["--max-semi-space-size=4"];

/** How to start a runner. It says it is ready by a JSON line on stdout, once it has registered. */
export function planRunner({ name, kind }: { name: string; kind: RunnerKind }, settings: RunnerSettings) {
  let isReady = false;
  const main = join(root, `gpu-runners/${kind}/src/main.ts`);
  return {
    name,
    command: process.execPath,
    args: [...memoryFlags, ...(settings.isWatching ? ["--watch", "--watch-preserve-output"] : []), main],
    cwd: root,
    env: {
      MALLOC_ARENA_MAX: "2",
      WHETSTONE_CACHE_DIR: join(settings.folder, "cache"),
      ...process.env,
      WHETSTONE_URL: settings.url,
      WHETSTONE_RUNNER_TOKEN: settings.token,
      WHETSTONE_RUNNER_NAME: `${name}-${process.pid}`,
      // Shorter than the time a child is given to stop.
      WHETSTONE_DRAIN_MS: "5000",
      // On one's own machine the model server is usually on it too.
      WHETSTONE_ALLOW_PRIVATE_ENDPOINTS: process.env["WHETSTONE_ALLOW_PRIVATE_ENDPOINTS"] ?? "1",
    },
    onLine(line: string) {
      if (line.includes('"ready"')) isReady = true;
    },
    isReady: () => isReady,
    readyTimeoutMs: 120_000,
  } satisfies Partial<ServiceOptions>;
}
