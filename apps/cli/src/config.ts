import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { CliError } from "./errors.ts";

const Profile = z.object({ url: z.url({ protocol: /^https?$/ }), key: z.string().min(1) });
export type Profile = z.infer<typeof Profile>;
const Config = z.object({ profiles: z.record(z.string(), Profile) });

export interface Surroundings {
  env: NodeJS.ProcessEnv;
  cwd: string;
}

/**
 * The API to talk to: `--profile`, else WHETSTONE_URL with WHETSTONE_KEY, else the stack `whetstone up` keeps in this folder or
 * one above, else the profile `default`.
 */
export async function findProfile(name: string | undefined, { env, cwd }: Surroundings): Promise<Profile> {
  if (name !== undefined) return getProfile(name, env);
  if (env["WHETSTONE_URL"] || env["WHETSTONE_KEY"]) return fromEnvironment(env);
  const local = await findLocalProfile(cwd);
  if (local) return local;
  return getProfile("default", env);
}

/** Keeps a profile in the user's config file, readable by the user alone. */
export async function saveProfile(name: string, profile: Profile, env: NodeJS.ProcessEnv): Promise<string> {
  const path = configPath(env);
  const config = await readConfig(path);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const partial = `${path}.${process.pid}`;
  const text = `${JSON.stringify({ profiles: { ...config.profiles, [name]: profile } }, null, 2)}\n`;
  await writeFile(partial, text, { mode: 0o600 });
  await chmod(partial, 0o600);
  await rename(partial, path);
  return path;
}

function fromEnvironment(env: NodeJS.ProcessEnv): Profile {
  const parsed = Profile.safeParse({ url: env["WHETSTONE_URL"], key: env["WHETSTONE_KEY"] });
  if (parsed.success) return parsed.data;
  throw new CliError("WHETSTONE_URL and WHETSTONE_KEY must both be set, the first to an http(s) address", {
    exitCode: 2,
  });
}

async function getProfile(name: string, env: NodeJS.ProcessEnv): Promise<Profile> {
  const path = configPath(env);
  const profile = (await readConfig(path)).profiles[name];
  if (profile) return profile;
  const hint = "run `whetstone up` here, `whetstone login`, or set WHETSTONE_URL and WHETSTONE_KEY";
  throw new CliError(name === "default" ? "no API to talk to is known" : `there is no profile ${name} in ${path}`, {
    hint,
  });
}

async function findLocalProfile(cwd: string): Promise<Profile | undefined> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, ".whetstone/profile.json");
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text !== undefined) return parse(Profile, text, path);
    if (folder === dirname(folder)) return undefined;
  }
}

async function readConfig(path: string): Promise<z.infer<typeof Config>> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text === undefined ? { profiles: {} } : parse(Config, text, path);
}

function parse<T extends z.ZodType>(schema: T, text: string, path: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliError(`${path} is damaged`, { cause, hint: "mend it or delete it" });
  }
}

function configPath(env: NodeJS.ProcessEnv): string {
  return join(env["XDG_CONFIG_HOME"] ?? join(env["HOME"] ?? homedir(), ".config"), "whetstone/config.json");
}
