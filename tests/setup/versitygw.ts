import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface S3Server {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  stop(): Promise<void>;
}

const version = readFileSync(new URL("../../infra/versitygw-version", import.meta.url), "utf8").trim();
export const versitygwPath: string = join(homedir(), ".cache", "whetstone", "bin", `versitygw-${version}`);

/** A real S3 server over a fresh folder, on a free port of this machine. */
export async function startVersitygw(): Promise<S3Server> {
  if (!existsSync(versitygwPath)) throw new Error(`${versitygwPath} is missing; run \`bash infra/setup.sh\` first`);
  const folder = await mkdtemp(join(tmpdir(), "whetstone-s3-"));
  const credentials = { accessKeyId: "test-access", secretAccessKey: "test-secret" };
  const bucket = "whetstone";
  const [data, sidecar] = [join(folder, "data"), join(folder, "sidecar")];
  await Promise.all([mkdir(join(data, bucket), { recursive: true }), mkdir(sidecar)]);

  const port = await freePort();
  const child = spawn(versitygwPath, ["--port", `127.0.0.1:${port}`, "--quiet", "posix", "--sidecar", sidecar, data], {
    env: { ...process.env, ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(child, endpoint);
  return {
    endpoint,
    region: "us-east-1",
    bucket,
    ...credentials,
    async stop() {
      child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answering(child: ChildProcess, endpoint: string): Promise<void> {
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}: ${said}`);
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(50);
  }
  throw new Error(`versitygw does not answer: ${said}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no free port")),
      );
    });
  });
}
