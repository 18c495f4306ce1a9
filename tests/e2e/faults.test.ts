import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Manifest, type Run } from "@whetstone/schemas/api";
import { sleep } from "@whetstone/schemas/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeCorpus } from "./corpus.ts";
import { startDroppingProxy } from "./dropping-proxy.ts";
import { type LvlmServer, startLvlmServer } from "./lvlm-server.ts";
import { pushFile } from "./push.ts";
import { seededRandom } from "./random.ts";
import { type RunnerProcess, startRunner } from "./runner-process.ts";
import { type Stack, startStack } from "./stack.ts";

const sampleCount = 1200;
const shardSamples = 30;
const kills = 50;

let stack: Stack & AsyncDisposable;
let lvlm: LvlmServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "whetstone-faults-"));
  lvlm = await startLvlmServer({ delayMs: 60 });
  stack = await startStack();
}, 180_000);

afterAll(async () => {
  await stack?.stop();
  await lvlm?.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

test(
  `a refine run survives ${kills} kills, two restarts and a tenth of all answers lost, each sample exactly once`,
  { timeout: 600_000 },
  async () => {
    const random = seededRandom(20261123);
    const versionId = await ingest();
    let spawned = 0;
    const proxy = await startDroppingProxy({ target: stack.url, share: 0.1, random });
    // A cache folder of its own each: nothing a killed runner did may help the next one.
    const spawnRunner = (): RunnerProcess => {
      const env = {
        WHETSTONE_ALLOW_PRIVATE_ENDPOINTS: "1",
        WHETSTONE_CACHE_DIR: join(folder, `cache-${(spawned += 1)}`),
      };
      return startRunner("refiner", { url: proxy.url, token: stack.secrets.runnerKey, env });
    };
    const runners = [spawnRunner(), spawnRunner()];

    const run = await stack.api.runs.create({
      kind: "refine",
      versionId,
      maxAttempts: 200,
      refiner: { provider: "openai", baseUrl: lvlm.baseUrl, model: "test-lvlm", concurrency: 2 },
    });
    let killed = 0;
    for (; killed < kills; killed += 1) {
      await sleep(400 + random() * 1600);
      const victim = Math.floor(random() * runners.length);
      expect(runners[victim]?.child.exitCode, "a runner ended by itself").toBeNull();
      await runners[victim]?.kill();
      runners[victim] = spawnRunner();
      if (killed === 15) await killChild("wrangler");
      if (killed === 30) await killChild("versitygw");
      if (killed > kills / 2 && isSettled(await stack.api.runs.get(run.id))) break;
    }
    const settled = await settle(run.id);
    await Promise.all(runners.map((runner) => runner.stop()));
    await proxy.close();

    expect(settled).toMatchObject({ status: "succeeded", counts: { samples: sampleCount, refined: sampleCount } });
    expect(killed, "the run must still have been going while the runners were killed").toBe(kills);
    expect(proxy.counts.dropped).toBeGreaterThan(10);
    await expectEachSampleOnce(settled);
  },
);

async function ingest(): Promise<string> {
  const path = join(folder, "corpus.tar");
  await writeCorpus(path, sampleCount);
  const vision = startRunner("vision", { url: stack.url, token: stack.secrets.runnerKey });
  const dataset = await stack.api.datasets.create({ name: "faults" });
  const uploadId = await pushFile(stack.api, path);
  const run = await stack.api.runs.create({
    kind: "ingest",
    datasetId: dataset.id,
    uploadIds: [uploadId],
    options: { maxShardSamples: shardSamples },
  });
  const settled = await settle(run.id);
  await vision.stop();
  expect(settled).toMatchObject({ status: "succeeded" });
  return settled.output.versionId ?? "";
}

async function killChild(part: string): Promise<void> {
  const pids = await stack.pidsOf(part);
  expect(pids, part).not.toHaveLength(0);
  // The whole group: wrangler is a tree of processes, and half of one is a different fault.
  for (const pid of pids) process.kill(-pid, "SIGKILL");
}

function isSettled(run: Run): boolean {
  return run.status === "succeeded" || run.status === "failed" || run.status === "cancelled";
}

async function settle(runId: string): Promise<Run> {
  const deadline = Date.now() + 300_000;
  for (;;) {
    const run = await stack.api.runs.get(runId);
    if (isSettled(run)) return run;
    if (Date.now() > deadline)
      throw new Error(`${runId} did not settle: ${JSON.stringify({ status: run.status, tasks: run.tasks })}`);
    await sleep(500);
  }
}

async function expectEachSampleOnce(run: Run): Promise<void> {
  const versionId = run.output.versionId ?? "";
  const seen = new Map<string, string | undefined>();
  for (let after: string | undefined; ;) {
    const page = await stack.api.versions.samples(versionId, { limit: 100, order: "asc", ...(after ? { after } : {}) });
    for (const sample of page.data) {
      expect(seen.has(sample.uid), `${sample.uid} twice`).toBe(false);
      seen.set(sample.uid, sample.refinement?.positiveDescription);
      // The refinement is of this very sample: the endpoint quotes the number it was asked about.
      expect(sample.refinement?.positiveDescription).toContain(`${sample.text}.`);
      expect(sample.provenance?.runId).toBe(run.id);
    }
    if (!page.has_more) break;
    after = page.last_id ?? undefined;
  }
  expect(seen.size).toBe(sampleCount);

  const response = await fetch(new URL(`/v1/versions/${versionId}/manifest`, stack.url), {
    headers: { authorization: `Bearer ${stack.secrets.workspaceKey}` },
  });
  const { shards, layers } = Manifest.parse(await response.json());
  const refined = layers["refined"] ?? [];
  expect(refined.map(({ shard }) => shard).toSorted((a, b) => Number(a) - Number(b))).toEqual(
    shards.map(({ index }) => index),
  );
  expect(new Set(refined.map(({ key }) => key)).size).toBe(shards.length);
}
