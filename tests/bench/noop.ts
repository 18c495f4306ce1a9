// WHETSTONE_URL=... WHETSTONE_KEY=wsk_... WHETSTONE_RUNNER_KEY=wsk_... node tests/bench/noop.ts [tasks] [runners]
import { createClient, createRunnerClient, type RunnerClient } from "@whetstone/schemas/client";

const perClaim = 64;

export interface NoopBench {
  tasks: number;
  runners: number;
  seconds: number;
  tasksPerSecond: number;
  /** From the request to the first claim that brought tasks, and from the last completion to the settled run. */
  startSeconds: number;
  closeSeconds: number;
  calls: number;
  p95Ms: number;
}

/** Claim, heartbeat and complete of tasks that do nothing: what the orchestration alone costs. */
export async function benchNoop({
  baseUrl,
  key,
  runnerKey,
  tasks = 2000,
  runners = 4,
}: {
  baseUrl: string;
  key: string;
  runnerKey: string;
  tasks?: number;
  runners?: number;
}): Promise<NoopBench> {
  const api = createClient({ baseUrl, key });
  const latencies: number[] = [];
  let done = 0;
  let firstAt = 0;
  let lastAt = 0;

  const startedAt = performance.now();
  const run = await api.runs.create({ kind: "noop", taskCount: tasks });
  const loops = Array.from({ length: runners }, (_, i) =>
    loop(createRunnerClient({ baseUrl, key: runnerKey }), `bench-${i}`),
  );
  await Promise.all(loops);
  for await (const event of api.runs.events(run.id))
    if (event.type === "run.failed") throw new Error(`the run failed: ${JSON.stringify(event.data)}`);
  const endedAt = performance.now();
  const settled = await api.runs.get(run.id);
  if (settled.status !== "succeeded" || settled.tasks.succeeded !== tasks)
    throw new Error(`${settled.status} with ${settled.tasks.succeeded} of ${tasks} tasks`);

  const seconds = (endedAt - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    tasks,
    runners,
    seconds: round(seconds),
    tasksPerSecond: round(tasks / seconds),
    startSeconds: round((firstAt - startedAt) / 1000),
    closeSeconds: round((endedAt - lastAt) / 1000),
    calls: latencies.length,
    p95Ms: round(latencies[Math.floor(latencies.length * 0.95)] ?? 0),
  };

  async function loop(client: RunnerClient, name: string): Promise<void> {
    const { runnerId } = await client.register({ name, kinds: ["noop"] });
    while (done < tasks) {
      const { tasks: lent } = await client.claim({ runnerId, max: perClaim, waitMs: 1_000 });
      if (lent.length === 0) continue;
      firstAt ||= performance.now();
      const leases = lent.map(({ taskId, attempt, lease }) => ({ taskId, attempt, lease }));
      await timed(() => client.heartbeat({ runnerId, tasks: leases }));
      const answer = await timed(() =>
        client.complete({
          runnerId,
          tasks: leases.map((lease) => ({ ...lease, result: { counts: { samples: 1 } }, outputs: [] })),
        }),
      );
      done += answer.tasks.filter(({ state }) => state === "accepted").length;
      lastAt = performance.now();
    }
  }

  async function timed<T>(call: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const value = await call();
    latencies.push(performance.now() - from);
    return value;
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

if (import.meta.main) {
  const need = (name: string): string => {
    const value = process.env[name];
    if (value === undefined) throw new Error(`set ${name}`);
    return value;
  };
  const [tasks, runners] = process.argv.slice(2).map(Number);
  const result = await benchNoop({
    baseUrl: need("WHETSTONE_URL"),
    key: need("WHETSTONE_KEY"),
    runnerKey: need("WHETSTONE_RUNNER_KEY"),
    ...(tasks ? { tasks } : {}),
    ...(runners ? { runners } : {}),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
