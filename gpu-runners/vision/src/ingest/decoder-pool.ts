import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RejectRow } from "@whetstone/schemas/tasks";
import type { ImageFormat } from "./image-format.ts";

export interface DecodeRequest {
  id: number;
  bytes: Uint8Array;
  format: ImageFormat;
  maxPixels: number;
}
export interface DecodeAnswer {
  id: number;
  image?: DecodedImage;
  code?: RejectRow["code"];
  detail?: string;
}
export type DecodedImage = { width: number; height: number; phash: string | null };
export type Decoded = DecodedImage | { code: RejectRow["code"]; detail: string };

interface Job {
  request: DecodeRequest;
  resolve(decoded: Decoded): void;
  reject(error: unknown): void;
}
interface Worker {
  child: ChildProcess;
  isReady: boolean;
  jobs: Job[];
  timer: NodeJS.Timeout | undefined;
}
interface PoolOptions {
  workers?: number;
  maxRssBytes?: number;
  timeoutMs?: number;
}

const startMs = 30_000;
const childPath = fileURLToPath(new URL("./decoder-child.ts", import.meta.url));

/** Child processes that decode images. One that crashes, swells or hangs is replaced, and only the image it was at is refused. */
export function openDecoderPool({ workers: count = 2, maxRssBytes = 1024 ** 3, timeoutMs = 30_000 }: PoolOptions = {}) {
  const workers: Worker[] = [];
  let nextId = 0;
  let isClosed = false;

  function startWorker(jobs: Job[]): Worker {
    const child = fork(childPath, [String(maxRssBytes)], {
      serialization: "advanced",
      // Nothing of ours to find in there: no environment, so no secrets.
      env: { MALLOC_ARENA_MAX: "2" },
      execArgv: ["--max-old-space-size=128", "--max-semi-space-size=2"],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const worker: Worker = { child, isReady: false, jobs, timer: undefined };
    child.on("message", (message: DecodeAnswer | "ready") => {
      if (message === "ready") worker.isReady = true;
      else settle(worker, message);
      watch(worker);
    });
    // `close` comes after the last message, `exit` may overtake it.
    child.on("close", () => replace(worker));
    child.on("error", () => child.kill("SIGKILL"));
    for (const { request } of jobs) child.send(request, () => {});
    watch(worker);
    return worker;
  }

  function settle(worker: Worker, { id, image, code, detail }: DecodeAnswer): void {
    const job = worker.jobs[0];
    if (job?.request.id !== id) return;
    worker.jobs.shift();
    job.resolve(image ?? { code: code ?? "image_undecodable", detail: detail ?? "" });
  }

  /** A child works on its first job; give that one so long. */
  function watch(worker: Worker): void {
    clearTimeout(worker.timer);
    if (worker.jobs.length > 0)
      worker.timer = setTimeout(() => worker.child.kill("SIGKILL"), worker.isReady ? timeoutMs : startMs);
  }

  /** The one with the least to do; a new one while all are busy and there may be more. */
  function chooseWorker(): Worker {
    const [least] = workers.toSorted((a, b) => a.jobs.length - b.jobs.length);
    if (least && (least.jobs.length === 0 || workers.length >= count)) return least;
    const started = startWorker([]);
    workers.push(started);
    return started;
  }

  function replace(worker: Worker): void {
    clearTimeout(worker.timer);
    if (isClosed) return;
    if (!worker.isReady) {
      const error = new Error("the image decoder could not be started");
      for (const job of worker.jobs.splice(0)) job.reject(error);
      return;
    }
    worker.jobs
      .shift()
      ?.resolve({ code: "image_undecodable", detail: "the decoder ran out of memory or time on it, or crashed" });
    workers[workers.indexOf(worker)] = startWorker(worker.jobs);
  }

  return {
    /** Reads the header, checks the pixel limit, then decodes every pixel. */
    decode(image: Omit<DecodeRequest, "id">): Promise<Decoded> {
      const worker = chooseWorker();
      if (worker.child.exitCode !== null && !worker.isReady)
        return Promise.reject(new Error("the image decoder could not be started"));
      return new Promise((resolve, reject) => {
        const request = { ...image, id: (nextId += 1) };
        worker.jobs.push({ request, resolve, reject });
        if (worker.jobs.length === 1) watch(worker);
        // A child that is gone by now is replaced, and the job with it sent again.
        if (worker.child.connected) worker.child.send(request, () => {});
      });
    },
    pids: () => workers.map(({ child }) => child.pid),
    close(): void {
      isClosed = true;
      for (const { child, timer } of workers) {
        clearTimeout(timer);
        child.kill("SIGKILL");
      }
    },
  };
}
export type DecoderPool = ReturnType<typeof openDecoderPool>;
