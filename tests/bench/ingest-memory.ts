/**
 * Peak memory of ingest for 2,000 and 50,000 samples, as a WebDataset and as an ImageFolder whose table comes last.
 *
 *   node tests/bench/ingest-memory.ts [samples ...]
 */
import { fork } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { pack } from "tar-stream";
import { ingest } from "../../gpu-runners/vision/src/ingest-archive.ts";

type Layout = "webdataset" | "imagefolder";
interface Measured {
  samples: number;
  seconds: number;
  runnerMb: number;
  decodersMb: number;
}
const mb = 1024 ** 2;

if (process.send) {
  const [, , path = "", workDir = ""] = process.argv;
  process.send(await measure(path, workDir));
  process.disconnect();
} else {
  const sizes = process.argv.slice(2).map(Number);
  for (const layout of ["webdataset", "imagefolder"] as const) {
    for (const count of sizes.length > 0 ? sizes : [2_000, 50_000]) {
      const { samples, seconds, runnerMb, decodersMb } = await runApart(layout, count);
      const rate = Math.round(samples / seconds);
      process.stdout.write(
        `${layout.padEnd(12)} ${samples} samples  peak RSS ${runnerMb} MB + decoders ${decodersMb} MB  ${seconds.toFixed(1)} s  ${rate} samples/s\n`,
      );
    }
  }
}

/** Makes the archive here and ingests it in a fresh process, so that peaks do not mix. */
async function runApart(layout: Layout, count: number): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), "ingest-memory-"));
  try {
    await writeArchive(join(folder, "archive.tar"), layout, count);
    return await new Promise((resolve, reject) => {
      // Started as infra/docker starts the vision runner; without these, V8 and malloc keep garbage for later and hide what ingest needs.
      const child = fork(fileURLToPath(import.meta.url), [join(folder, "archive.tar"), folder], {
        execArgv: ["--max-semi-space-size=4"],
        env: { ...process.env, MALLOC_ARENA_MAX: "2" },
      });
      child.on("message", (message) => resolve(message as Measured));
      child.on("exit", (code) => code !== 0 && reject(new Error(`ingest exited with ${code}`)));
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeArchive(path: string, layout: Layout, count: number): Promise<void> {
  const images = await Promise.all(
    Array.from({ length: 32 }, (_, n) =>
      sharp({
        create: {
          width: 160,
          height: 120,
          channels: 3,
          background: "grey",
          noise: { type: "gaussian", mean: 100 + n, sigma: 20 },
        },
      })
        .jpeg({ quality: 70 })
        .toBuffer(),
    ),
  );
  const tar = pack();
  const written = pipeline(tar, createWriteStream(path));
  const add = (name: string, data: Buffer) =>
    new Promise<void>((resolve, reject) =>
      tar.entry({ name, size: data.length }, (error) => (error ? reject(error) : resolve())).end(data),
    );
  const rows = ["file_name,text"];
  for (let n = 0; n < count; n += 1) {
    const image = images[n % images.length] ?? Buffer.alloc(0);
    const text = `photograph ${n} of a grey wall, ${"seen from afar ".repeat(n % 12)}`;
    await add(`${n}.jpg`, image);
    if (layout === "webdataset") await add(`${n}.txt`, Buffer.from(text));
    else rows.push(`${n}.jpg,"${text}"`);
  }
  if (layout === "imagefolder") await add("metadata.csv", Buffer.from(rows.join("\n")));
  tar.finalize();
  await written;
}

async function measure(path: string, workDir: string): Promise<Measured> {
  let decoders = 0;
  const timer = setInterval(() => void peakOfChildren().then((bytes) => (decoders = Math.max(decoders, bytes))), 250);
  const startedAt = performance.now();
  const { counts } = await ingest(path, {
    params: {
      filename: "archive.tar",
      maxShardSamples: 2_000,
      maxShardBytes: 256 * mb,
      maxImagePixels: 64_000_000,
      maxImageBytes: 32 * mb,
    },
    workDir,
    // Uploads are not what is measured; the shard is removed right after.
    write: async () => {},
    progress: () => {},
    signal: new AbortController().signal,
  });
  clearInterval(timer);
  return {
    samples: counts.samples,
    seconds: (performance.now() - startedAt) / 1000,
    runnerMb: Math.round((await peakOf(process.pid)) / mb),
    decodersMb: Math.round(decoders / mb),
  };
}

/** Sum over the decoder processes of the most each has ever held; Linux only. */
async function peakOfChildren(): Promise<number> {
  const pids = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").catch(() => "");
  const peaks = await Promise.all(pids.split(" ").filter(Boolean).map(peakOf));
  return peaks.reduce((sum, bytes) => sum + bytes, 0);
}

/** Not `resourceUsage().maxRSS`: that one still counts the parent's memory of the moment of the fork. */
async function peakOf(pid: string | number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}
