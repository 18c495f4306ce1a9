import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { takeLock } from "./lock.ts";

const newSecretsKey = () => randomBytes(32).toString("base64url");

const Secrets = z.object({
  s3AccessKeyId: z.string(),
  s3SecretAccessKey: z.string(),
  adminToken: z.string(),
  /** Seals secrets in D1. Folders made before there were any get one now. */
  secretsKey: z.string().default(newSecretsKey),
  workspaceId: z.string().optional(),
  workspaceKey: z.string().optional(),
  runnerKey: z.string().optional(),
  apiPort: z.int().optional(),
  s3Port: z.int().optional(),
});
export type Secrets = z.infer<typeof Secrets>;

export interface DataFolder {
  path: string;
  logs: string;
  readSecrets(): Promise<Secrets>;
  writeSecrets(secrets: Secrets): Promise<void>;
  writeProfile(profile: { url: string; key: string }): Promise<void>;
  release(): Promise<void>;
}

/** Opens (or makes) the folder a stack lives in and locks it: one stack a folder. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const logs = join(path, "logs");
  await mkdir(logs, { recursive: true });
  await mkdir(join(path, "s3"), { recursive: true });
  await chmod(path, 0o700);
  const lockPath = join(path, "lock");
  await takeLock(lockPath, path);
  const secretsPath = join(path, "secrets.json");

  return {
    path,
    logs,
    async readSecrets() {
      const text = await readFile(secretsPath, "utf8").catch(() => undefined);
      if (text !== undefined) return parseSecrets(text, secretsPath);
      const secrets = {
        s3AccessKeyId: `local${randomBytes(8).toString("hex")}`,
        s3SecretAccessKey: randomBytes(30).toString("base64url"),
        secretsKey: newSecretsKey(),
        adminToken: `wsa_${randomBytes(32).toString("base64url")}`,
      };
      await writePrivate(secretsPath, secrets);
      return secrets;
    },
    writeSecrets: (secrets) => writePrivate(secretsPath, secrets),
    writeProfile: (profile) => writePrivate(join(path, "profile.json"), profile),
    release: () => rm(lockPath, { force: true }),
  };
}

function parseSecrets(text: string, path: string): Secrets {
  try {
    return Secrets.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliError(`${path} is damaged`, {
      cause,
      hint: "restore it, or delete the whole data folder to start afresh",
    });
  }
}

async function writePrivate(path: string, value: unknown): Promise<void> {
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(partial, path);
}
