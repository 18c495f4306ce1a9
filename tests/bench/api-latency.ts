import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Run } from "@whetstone/schemas/api";
import { sleep } from "@whetstone/schemas/client";
import { writeCorpus } from "../e2e/corpus.ts";
import { pushFile } from "../e2e/push.ts";
import type { Stack } from "../e2e/stack.ts";

const sampleCount = 1500;
const requestsPerSecond = 20;

export interface ApiBench {
  requestsPerSecond: number;
  p50Ms: number;
  p95Ms: number;
  runSeconds: number;
  /** Share of the run's wall time in which no runner held one of its tasks. */
  orchestrationShare: number;
}

/** Latency of reads while the embedded refiner works on a version, and what of that run's time was not work. */
export async function benchApi({ api }: Stack): Promise<ApiBench> {
  const folder = await mkdtemp(join(tmpdir(), "whetstone-bench-"));
  const path = join(folder, "corpus.tar");
  await writeCorpus(path, sampleCount);
  const dataset = await api.datasets.create({ name: "bench" });
  const uploadIds = [await pushFile(api, path)];
  await rm(folder, { recursive: true });
  const options = { maxShardSamples: 100 };
  const { id: ingestId } = await api.runs.create({ kind: "ingest", datasetId: dataset.id, uploadIds, options });
  const versionId = (await settle(() => api.runs.get(ingestId))).output.versionId ?? "";

  const { id } = await api.runs.create({ kind: "refine", versionId });
  const latencies: number[] = [];
  const reads = [
    () => api.runs.get(id),
    () => api.versions.get(versionId),
    () => api.runs.list({ limit: 20 }),
    () => api.runs.tasks(id),
  ];
  const pending: Promise<void>[] = [];
  const ended = new AbortController();
  const settled = settle(() => api.runs.get(id)).finally(() => ended.abort());
  for (let turn = 0; !ended.signal.aborted; turn += 1) {
    const read = reads[turn % reads.length];
    const startedAt = performance.now();
    pending.push(Promise.resolve(read?.()).then(() => void latencies.push(performance.now() - startedAt)));
    await sleep(1000 / requestsPerSecond);
  }
  const run = await settled;
  await Promise.all(pending);
  const { data: tasks } = await api.runs.tasks(id, { limit: 100 });
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN;
  const runMs = Date.parse(run.finishedAt ?? "") - Date.parse(run.startedAt ?? "");
  const busyMs = unionMs(tasks.map((task) => [Date.parse(task.startedAt ?? ""), Date.parse(task.finishedAt ?? "")]));
  return {
    requestsPerSecond,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    runSeconds: runMs / 1000,
    orchestrationShare: 1 - busyMs / runMs,
  };
}

function unionMs(spans: [number, number][]): number {
  let total = 0;
  let end = 0;
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}

async function settle(get: () => Promise<Run>): Promise<Run> {
  for (let tries = 0; tries < 600; tries += 1) {
    const run = await get();
    if (run.status === "succeeded") return run;
    if (run.status === "failed" || run.status === "cancelled")
      throw new Error(`${run.id} ${run.status}: ${run.error?.message ?? ""}`);
    await sleep(1_000);
  }
  throw new Error("the run did not settle in ten minutes");
}
