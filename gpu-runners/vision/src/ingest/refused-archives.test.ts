import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { archiveLimits } from "./archive-limits.ts";
import { ingestBytes } from "./ingest-bytes.ts";
import { makeImage, makeTar, makeZip } from "./make-archive.ts";

const png = makeImage(1);
const text = "a zebra";

describe("ingest refuses the whole archive", { timeout: 60_000 }, () => {
  const members = { "a.png": png, "a.txt": text, "b.png": makeImage(2), "b.txt": "two" };

  it.each<[string, string, () => Promise<Buffer> | Buffer, RegExp]>([
    ["archive_empty", "a file of no bytes", () => Buffer.alloc(0), /no bytes/],
    ["archive_empty", "a tar without members", () => makeTar({}), /no members/],
    ["archive_empty", "an archive of neither images nor texts", () => makeTar({ "README.md": "hi" }), /neither/],
    ["archive_unknown_format", "a PDF", () => Buffer.from(`%PDF-1.7 ${"x".repeat(2000)}`), /neither a tar/],
    ["archive_unknown_format", "a gzip of no tar", () => gzipSync(Buffer.alloc(5000, "x")), /does not hold a tar/],
    [
      "archive_unknown_format",
      "an encrypted zip",
      () => makeZip({ "a.png": { data: png, isDeflated: true, isEncrypted: true } }),
      /encrypted/,
    ],
    [
      "archive_truncated",
      "a tar cut inside a member",
      async () => (await makeTar(members)).subarray(0, 2580),
      /in or after member b\.png/,
    ],
    [
      "archive_truncated",
      "a tar cut inside a text",
      async () => (await makeTar({ "a.txt": "x".repeat(2000) })).subarray(0, 1200),
      /in or after member a\.txt/,
    ],
    [
      "archive_truncated",
      "a tar cut inside a metadata.csv",
      async () => (await makeTar({ "metadata.csv": `file_name,text\n${"a.png,x\n".repeat(500)}` })).subarray(0, 1200),
      /in or after member metadata\.csv/,
    ],
    [
      "archive_truncated",
      "a tar cut inside a metadata.jsonl",
      async () =>
        (await makeTar({ "metadata.jsonl": '{"file_name":"a.png","text":"x"}\n'.repeat(90) })).subarray(0, 1200),
      /in or after member metadata\.jsonl/,
    ],
    [
      "checksum_mismatch",
      "a zip whose metadata.jsonl is damaged",
      () => makeZip({ "a.png": png, "metadata.jsonl": { data: '{"file_name":"a.png","text":"x"}', crc: 1 } }),
      /metadata\.jsonl is damaged/,
    ],
    [
      "archive_truncated",
      "a tar cut between members",
      async () => (await makeTar(members)).subarray(0, 2048),
      /in or after member a\.txt/,
    ],
    [
      "archive_truncated",
      "a gzipped tar cut short",
      async () => {
        const whole = gzipSync(await makeTar(members));
        return whole.subarray(0, whole.length - 40);
      },
      /in or after member/,
    ],
    ["archive_truncated", "a zip without its directory", () => makeZip(members).subarray(0, 400), /zip is broken/],
    ["archive_unsafe_path", "a tar with ../", () => makeTar({ "../../etc/a.png": png }), /outside of the archive/],
    [
      "archive_unsafe_path",
      "a tar with an absolute path",
      () => makeTar({ "/etc/a.png": png }),
      /outside of the archive/,
    ],
    ["archive_unsafe_path", "a zip with ../", () => makeZip({ "../a.png": png }), /relative path/],
    ["archive_unsafe_path", "a zip with backslashes up", () => makeZip({ "..\\a.png": png }), /relative path/],
    [
      "archive_link",
      "a tar with a symbolic link",
      () => makeTar(members, [{ name: "c.png", type: "symlink", linkname: "/etc/passwd" }]),
      /symlink/,
    ],
    [
      "archive_link",
      "a tar with a hard link",
      () => makeTar(members, [{ name: "c.png", type: "link", linkname: "a.png" }]),
      /is a link/,
    ],
    [
      "archive_link",
      "a tar with a device",
      () => makeTar(members, [{ name: "c.png", type: "character-device" }]),
      /character-device/,
    ],
    [
      "archive_link",
      "a zip with a symbolic link",
      () => makeZip({ "a.png": { data: "/etc/passwd", mode: 0o120777 } }),
      /link/,
    ],
    [
      "archive_bomb",
      "a gzipped tar that inflates a thousandfold",
      async () => gzipSync(await makeTar({ "a.txt": Buffer.alloc(5 * 10 ** 6) })),
      /inflates|declares/,
    ],
    [
      "archive_bomb",
      "a zip that says it inflates a thousandfold",
      () => makeZip({ "a.txt": { data: Buffer.alloc(5 * 10 ** 6), isDeflated: true } }),
      /declares 5000000 bytes/,
    ],
    [
      "archive_bomb",
      "a zip that hides how far it inflates",
      () => makeZip({ "a.txt": { data: Buffer.alloc(5 * 10 ** 6), isDeflated: true, size: 100 } }),
      /more than the 100 bytes/,
    ],
    [
      "archive_too_many_members",
      "an archive of too many members",
      () => makeTar(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${n}.txt`, "x"]))),
      /more than 50/,
    ],
  ])("%s: %s", async (code, ...[, make, message]) => {
    const limits = { ...archiveLimits, maxMembers: 50, maxRatio: 20, freeInflatedBytes: 10 ** 6 };

    const refused = ingestBytes(await make(), { limits });

    await expect(refused).rejects.toMatchObject({ name: "TaskError", code, fate: "final" });
    await expect(refused).rejects.toThrow(message);
  });

  it("and stops at once when it is told to", async () => {
    const stop = new AbortController();
    stop.abort(new Error("cancelled"));

    await expect(ingestBytes(await makeTar(members), { signal: stop.signal })).rejects.toThrow("cancelled");
  });
});
