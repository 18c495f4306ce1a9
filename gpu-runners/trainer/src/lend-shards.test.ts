import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { lendShards } from "./lend-shards.ts";

const home = mkdtempSync(join(tmpdir(), "lend-shards-"));
afterAll(() => rmSync(home, { recursive: true }));

function makeInputs() {
  const [folder, kept] = [mkdtempSync(join(home, "folder-")), mkdtempSync(join(home, "kept-"))];
  let fetched = 0;
  const inputs = {
    async path(name: string) {
      if (name === "broken.tar") throw new Error("no such object");
      writeFileSync(join(kept, name), `${name} ${++fetched}`);
      return join(kept, name);
    },
    async drop(name: string) {
      rmSync(join(kept, name), { force: true });
    },
  };
  return { folder, kept, shards: lendShards(inputs, folder) };
}

test("a lent file appears, goes when taken back, and is fetched anew when asked for again", async () => {
  const { folder, kept, shards } = makeInputs();
  const path = join(folder, "shard-0.tar");

  shards.lend(["shard-0.tar"]);
  await vi.waitFor(() => expect(readFileSync(path, "utf8")).toBe("shard-0.tar 1"));
  shards.takeBack(["shard-0.tar"]);
  await vi.waitFor(() => expect(existsSync(join(kept, "shard-0.tar"))).toBe(false));
  expect(existsSync(path)).toBe(false);
  shards.takeBack(["shard-0.tar"]);
  shards.lend(["shard-0.tar"]);

  await vi.waitFor(() => expect(readFileSync(path, "utf8")).toBe("shard-0.tar 2"));
  expect(shards.failed.aborted).toBe(false);
});

test("a file that can't be had is told, with its reason", async () => {
  const { shards } = makeInputs();

  shards.lend(["shard-0.tar", "broken.tar"]);

  await vi.waitFor(() => expect(shards.failed.reason).toMatchObject({ message: "no such object" }));
});
