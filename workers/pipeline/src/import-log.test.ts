import { getImport, createImport } from "@whetstone/core/streams/stream-imports";
import { blocksOf, makeStream } from "@whetstone/core/streams/testing";
import { silent } from "@whetstone/core/testing";
import { uploads } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { zipSync } from "fflate";
import { createTar } from "nanotar";
import { expect, it } from "vitest";
import { makeUpload, makeWorkspace, type Owner } from "./testing.ts";
import { tick } from "./tick.ts";
import { env } from "./testing.ts";

const header =
  "block_num\texp_num\tworker_id\tblock_type\tblock_subtype\ttask_name\ttask_params\texp_status\ttimestamp\treward";

/** One worker's table of a block, ten experiences. */
function table(block: number, spoilt?: string): string {
  const type = block % 2 === 0 ? "train" : "test";
  const rows = Array.from({ length: 10 }, (_, i) => {
    const reward = i === 7 && spoilt ? spoilt : String(i / 10);
    return [block, block * 10 + i, "w-0", type, "wake", "nav_1", "{}", "complete", "20260101T000000.0", reward].join(
      "\t",
    );
  });
  return `${[header, ...rows].join("\n")}\n`;
}

/** Blocks out of order by name, beside files that are no tables. */
const files = (spoilt?: string): Record<string, string> => ({
  "run/logger_info.json": "{}",
  "run/w-0/10-train/data-log.tsv": table(10),
  "run/w-0/2-train/data-log.tsv": table(2, spoilt),
  "run/w-0/1-test/data-log.tsv": table(1),
  "run/notes.tsv": "nothing",
});
const toTar = (contents: Record<string, string>) =>
  createTar(Object.entries(contents).map(([name, data]) => ({ name, data })));
const toZip = (contents: Record<string, string>) =>
  zipSync(Object.fromEntries(Object.entries(contents).map(([name, text]) => [name, new TextEncoder().encode(text)])));

async function uploadBytes(owner: Owner, bytes: Uint8Array): Promise<string> {
  const id = await makeUpload(owner);
  const [row] = await owner.db.update(uploads).set({ sizeBytes: bytes.length }).where(eq(uploads.id, id)).returning();
  await owner.storage.putIfAbsent(row?.key ?? "", bytes, "application/octet-stream");
  return id;
}

async function importBytes(owner: Owner, bytes: Uint8Array, streamId?: string) {
  const id = streamId ?? (await makeStream(owner)).id;
  const uploadId = await uploadBytes(owner, bytes);
  const made = await createImport(owner, { streamId: id, uploadId, lifetime: "seed-0", role: "learner" });
  return { streamId: id, settled: await whenSettled(owner, made.id) };
}

async function whenSettled(owner: Owner, id: string) {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await getImport(owner, id);
    if (found.finishedAt !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the import did not settle in ten seconds");
}

it.each([
  ["tar", toTar],
  ["zip", toZip],
])("a %s of a log becomes a lifetime, block by block, once", async (_kind, pack) => {
  const { owner } = await makeWorkspace();

  const { streamId, settled } = await importBytes(owner, pack(files()));
  const { settled: again } = await importBytes(owner, pack(files()), streamId);

  expect(settled).toMatchObject({ status: "succeeded", fileCount: 3, addedRows: 30, knownRows: 0, failures: [] });
  expect(again).toMatchObject({ status: "succeeded", addedRows: 0, knownRows: 30 });
  expect((await blocksOf(owner, streamId)).map(({ blockNum, rowCount }) => [blockNum, rowCount])).toEqual([
    [1, 10],
    [2, 10],
    [10, 10],
  ]);
});

it("a refused file is named with line and column and loses no other", async () => {
  const { owner } = await makeWorkspace();

  const { settled } = await importBytes(owner, toTar(files("inf")));

  expect(settled).toMatchObject({ status: "failed", addedRows: 20, error: "1 of 3 files were refused" });
  expect(settled.failures).toEqual([
    {
      file: "run/w-0/2-train/data-log.tsv",
      detail: expect.stringContaining("line 9, column reward: must be a finite"),
    },
  ]);
});

it.each([
  ["no archive", new TextEncoder().encode("hello"), "holds no data-log.tsv"],
  ["a zip that is cut off", toZip(files()).slice(0, 200), "no tar or zip"],
  ["an archive without tables", toTar({ "a.txt": "x" }), "holds no data-log.tsv"],
])("%s is refused in words", async (_what, bytes, words) => {
  const { owner } = await makeWorkspace();

  const { settled } = await importBytes(owner, bytes);

  expect(settled.status).toBe("failed");
  expect(settled.error).toContain(words);
});

it("an import whose start was lost is made up for by the tick", async () => {
  const { owner } = await makeWorkspace();
  const { id: streamId } = await makeStream(owner);
  const uploadId = await uploadBytes(owner, toTar(files()));
  const deaf = { ...owner, pipeline: { ...silent, importLog: () => Promise.reject(new Error("no answer")) } };
  const { id } = await createImport(deaf, { streamId, uploadId, lifetime: "main", role: "learner" });

  await tick(env);

  expect((await whenSettled(owner, id)).status).toBe("succeeded");
});
