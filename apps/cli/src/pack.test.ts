import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar-stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { measureFile, packFolder } from "./pack.ts";

let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), "pack-"))));
afterEach(() => rm(home, { recursive: true, force: true }));

test("a folder becomes a tar of its files, hidden ones and links left out", async () => {
  const folder = await makeFolder();
  await writeFile(join(folder, ".DS_Store"), "x");
  await symlink("/etc/passwd", join(folder, "link.txt"));

  await packFolder(folder, join(home, "out.tar"));

  expect(await readTar(join(home, "out.tar"))).toEqual({
    "cats/a.png": "aaa",
    "cats/b.png": "bbb",
    "metadata.csv": "file_name,text\n",
  });
});

test("the same files make the same bytes, whenever they were written", async () => {
  const folder = await makeFolder();
  const first = await packFolder(folder, join(home, "1.tar"));
  await utimes(join(folder, "cats/a.png"), new Date(), new Date(2001, 1, 1));

  const second = await packFolder(folder, join(home, "2.tar"));

  expect(second.sha256).toBe(first.sha256);
});

test("size and SHA-256 told are those of the file written", async () => {
  const packed = await packFolder(await makeFolder(), join(home, "out.tar"));

  const measured = await measureFile(join(home, "out.tar"));

  expect(packed).toMatchObject({ sizeBytes: measured.sizeBytes, sha256: measured.sha256, filename: "data.tar" });
});

test("an empty folder is refused", async () => {
  await mkdir(join(home, "empty"));

  await expect(packFolder(join(home, "empty"), join(home, "out.tar"))).rejects.toThrow("holds no files");
});

async function makeFolder(): Promise<string> {
  const folder = join(home, "data");
  await mkdir(join(folder, "cats"), { recursive: true });
  await writeFile(join(folder, "metadata.csv"), "file_name,text\n");
  await writeFile(join(folder, "cats/b.png"), "bbb");
  await writeFile(join(folder, "cats/a.png"), "aaa");
  return folder;
}

async function readTar(path: string): Promise<Record<string, string>> {
  const members: Record<string, string> = {};
  const tar = createReadStream(path).pipe(extract());
  for await (const entry of tar) {
    let text = "";
    for await (const chunk of entry) text += String(chunk);
    members[entry.header.name] = text;
  }
  return members;
}
