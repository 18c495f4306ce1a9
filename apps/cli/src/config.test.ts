import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findProfile, saveProfile } from "./config.ts";

let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), "config-"))));
afterEach(() => rm(home, { recursive: true, force: true }));

const url = "http://127.0.0.1:1";

test("a saved profile is found by its name and readable by its owner alone", async () => {
  const env = { HOME: home };

  const path = await saveProfile("work", { url, key: "k1" }, env);
  await saveProfile("default", { url, key: "k2" }, env);

  expect(await findProfile("work", { env, cwd: home })).toEqual({ url, key: "k1" });
  expect(await findProfile(undefined, { env, cwd: home })).toEqual({ url, key: "k2" });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("the environment wins over the folder, the folder over the default", async () => {
  const env = { HOME: home };
  await saveProfile("default", { url, key: "default" }, env);
  await mkdir(join(home, "project/deep/down"), { recursive: true });
  await mkdir(join(home, "project/.whetstone"));
  await writeFile(join(home, "project/.whetstone/profile.json"), JSON.stringify({ url, key: "folder" }));
  const cwd = join(home, "project/deep/down");

  const byFolder = await findProfile(undefined, { env, cwd });
  const byEnvironment = await findProfile(undefined, {
    env: { ...env, WHETSTONE_URL: url, WHETSTONE_KEY: "env" },
    cwd,
  });

  expect(byFolder.key).toBe("folder");
  expect(byEnvironment.key).toBe("env");
});

test("half an environment is wrong usage", async () => {
  await expect(findProfile(undefined, { env: { HOME: home, WHETSTONE_URL: url }, cwd: home })).rejects.toMatchObject({
    exitCode: 2,
  });
});

test("nothing known says what to do", async () => {
  await expect(findProfile(undefined, { env: { HOME: home }, cwd: home })).rejects.toMatchObject({
    message: "no API to talk to is known",
    hint: expect.stringContaining("whetstone up"),
  });
});

test("a damaged file is named and left as it is", async () => {
  const env = { HOME: home };
  const path = await saveProfile("default", { url, key: "k" }, env);
  await writeFile(path, "{");

  await expect(saveProfile("other", { url, key: "k" }, env)).rejects.toThrow("is damaged");

  expect(await readFile(path, "utf8")).toBe("{");
});
