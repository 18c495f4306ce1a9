import { access, mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { CliError } from "../errors.ts";
import { root, versitygwPin } from "./paths.ts";
import type { ServiceOptions } from "./supervise.ts";

export interface S3Settings {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export const localBucket = "whetstone";

type Plan = Pick<ServiceOptions, "name" | "command" | "args" | "cwd" | "env" | "isReady" | "readyTimeoutMs">;

/** How to start VersityGW on plain files. A directory at its top level is a bucket; metadata lies beside, so any file system will do. */
export async function planStorage(
  folder: string,
  port: number,
  keys: { accessKeyId: string; secretAccessKey: string },
): Promise<Plan> {
  const files = join(folder, "s3/files");
  const metadata = join(folder, "s3/metadata");
  await mkdir(join(files, localBucket), { recursive: true });
  await mkdir(metadata, { recursive: true });
  const options = [
    "--port",
    `127.0.0.1:${port}`,
    "--quiet",
    "--keep-alive",
    "--health",
    "/healthz",
    "--cors-allow-origin",
    "*",
  ];
  return {
    name: "storage",
    command: await findVersitygw(),
    args: [...options, "posix", "--sidecar", metadata, files],
    cwd: root,
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      ROOT_ACCESS_KEY: keys.accessKeyId,
      ROOT_SECRET_KEY: keys.secretAccessKey,
    },
    isReady: () => answersOk(`http://127.0.0.1:${port}/healthz`),
    readyTimeoutMs: 20_000,
  };
}

/** Settings of an S3 elsewhere; its keys come from the environment, never from the command line. */
export function readRemoteS3(
  flags: { s3Endpoint: string; s3Bucket?: string; s3Region?: string },
  env: NodeJS.ProcessEnv,
): S3Settings {
  const accessKeyId = env["S3_ACCESS_KEY_ID"] ?? env["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = env["S3_SECRET_ACCESS_KEY"] ?? env["AWS_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey) {
    const hint = "set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY (or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)";
    throw new CliError("--s3-endpoint needs the keys of that S3 in the environment", { hint, exitCode: 2 });
  }
  if (!URL.canParse(flags.s3Endpoint))
    throw new CliError(`--s3-endpoint ${flags.s3Endpoint} is not a URL`, { exitCode: 2 });
  return {
    endpoint: flags.s3Endpoint,
    region: flags.s3Region ?? "us-east-1",
    bucket: flags.s3Bucket ?? localBucket,
    accessKeyId,
    secretAccessKey,
  };
}

export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function findVersitygw(): Promise<string> {
  const version = (await readFile(versitygwPin, "utf8")).trim();
  const path = join(homedir(), ".cache/whetstone/bin", `versitygw-${version}`);
  await access(path).catch((cause: unknown) => {
    throw new CliError(`VersityGW ${version} is not installed at ${path}`, { cause, hint: "run `npm run setup`" });
  });
  return path;
}
