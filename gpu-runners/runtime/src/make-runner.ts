/** Makes a fake API and runners that work for it, and clears both away after each test. Tests only. */
import { afterEach, expect, vi } from "vitest";
import { type AnyTask, defineTask } from "./define-task.ts";
import { startFakeApi } from "./fake-api.ts";
import { type Runner, type RunnerOptions, startRunner } from "./start-runner.ts";

type FakeApi = Awaited<ReturnType<typeof startFakeApi>>;
const open: (Runner | FakeApi)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await ("drain" in one ? one.drain() : one.close());
});

export async function makeApi(...options: Parameters<typeof startFakeApi>): Promise<FakeApi> {
  const api = await startFakeApi(...options);
  open.push(api);
  return api;
}
export async function makeRunner(api: FakeApi, task: AnyTask, options: Partial<RunnerOptions> = {}): Promise<Runner> {
  const runner = await startRunner({
    url: api.url,
    token: "t",
    name: "test",
    labels: ["cpu"],
    tasks: [task],
    concurrency: 1,
    prefetch: 1,
    claimWaitMs: 200,
    drainMs: 200,
    log: () => {},
    ...options,
  });
  open.push(runner);
  return runner;
}
export const until = (check: () => boolean) =>
  vi.waitFor(() => expect(check()).toBe(true), { timeout: 20_000, interval: 10 });
export const ok = { counts: {} };
export const noop = defineTask({ kind: "noop", run: async () => ok });

/** Copies its one input to its one output. */
export const copy = defineTask({
  kind: "noop",
  async run({ inputs, write }) {
    await write("out.bin", await inputs.path("in.bin"));
    return ok;
  },
});
