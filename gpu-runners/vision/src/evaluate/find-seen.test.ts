import { join } from "node:path";
import { createLayerWriter } from "@whetstone/runtime";
import { BaseRow } from "@whetstone/schemas/tasks";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findSeen, maxDistance } from "./find-seen.ts";
import { evaluateVersion, makeVersion, tinyClip, uidOf } from "./make-evaluation.ts";
import { createRandom } from "./random.ts";

const hex = (bits: bigint) => bits.toString(16).padStart(16, "0");
const sample = (n: number, hash: bigint | null) => ({
  uid: uidOf(n),
  imageSha256: n.toString(16).padStart(64, "0"),
  imagePhash: hash === null ? null : hex(hash),
});
async function* stream<T>(rows: T[]): AsyncGenerator<T> {
  yield* rows;
}

describe("the search for seen images", () => {
  it("finds what comparing every pair finds, at every distance", async () => {
    const random = createRandom(9);
    const draw = () =>
      BigInt.asUintN(64, (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32)));
    const tests = Array.from({ length: 300 }, (_, n) => ({ hash: draw(), n }));
    const seen = tests.map(({ hash, n }) => ({ hash: flip(hash, n % 12, random), n: 1000 + n }));

    const { seen: found, seenSampleCount } = await findSeen(
      tests.map(({ hash, n }) => sample(n, hash)),
      stream(seen.map(({ hash, n }) => sample(n, hash))),
    );

    const expected = tests.flatMap(({ hash, n }) => {
      const distance = Math.min(...seen.map((other) => differing(hash, other.hash)));
      return distance <= maxDistance ? [{ row: n, distance }] : [];
    });
    expect(found.map(({ row, distance }) => ({ row, distance }))).toEqual(expected);
    expect(found.length).toBeGreaterThan(150);
    expect(seenSampleCount).toBe(300);
  });

  it("prefers an exact copy to a near one, finds copies without a hash, and counts those", async () => {
    const tests = [sample(1, 5n), sample(2, null), sample(3, null)];
    const near = { ...sample(9, 5n), uid: uidOf(77) };

    const { seen, hashlessCount } = await findSeen(tests, stream([near, sample(1, null), sample(3, null)]));

    expect(seen).toEqual([
      { row: 0, seenUid: uidOf(1), distance: 0, isExact: true },
      { row: 2, seenUid: uidOf(3), distance: 0, isExact: true },
    ]);
    expect(hashlessCount).toBe(4);
  });

  it("finds nothing among nothing", async () => {
    expect(await findSeen([], stream([sample(1, 1n)]))).toEqual({ seen: [], seenSampleCount: 1, hashlessCount: 0 });
  });
});

describe("an evaluation of a model that has seen test images", () => {
  const classification = { type: "zero-shot-classification" as const };

  /** A base layer of the samples that were trained on. */
  function writeSeen(rows: { uid: string; sha256: string; phash: string | null }[]): string {
    const path = join(tinyClip.folder, `seen-${rows.length}-${rows[0]?.uid}.parquet`);
    const layer = createLayerWriter(path, BaseRow);
    for (const { uid, sha256, phash } of rows)
      layer.append({
        uid,
        imageMember: "x.png",
        imageOffset: 0,
        imageBytes: 1,
        imageFormat: "png",
        imageSha256: sha256,
        imagePhash: phash,
        width: 1,
        height: 1,
        text: "",
        label: null,
        metadata: "{}",
        source: "",
      });
    layer.close();
    return path;
  }
  const phashOf = (n: number) => hex((0x1234_5678_9abc_def0n * BigInt(n + 1)) & (2n ** 64n - 1n));

  it("reports them and scores with and without them", async () => {
    const files = await makeVersion({ phashOf });
    const exact = { uid: uidOf(500), sha256: uidOf(3).repeat(2), phash: null };
    const near = { uid: uidOf(501), sha256: "f".repeat(64), phash: hex(BigInt(`0x${phashOf(4)}`) ^ 0b10001n) };
    files.set("seen-base-0.parquet", writeSeen([exact, near]));

    const {
      scores,
      contamination,
      files: names,
      written,
    } = await evaluateVersion(files, {
      tasks: [classification, { type: "robustness", corruptions: ["contrast"] }],
      shardCount: 2,
      hasRefined: false,
      seenShardCount: 1,
    });

    expect(contamination).toMatchObject({
      sampleCount: 18,
      exactCount: 1,
      nearCount: 1,
      hashlessCount: 1,
      seenSampleCount: 2,
      examples: [
        { uid: uidOf(3), seenUid: uidOf(500), distance: 0 },
        { uid: uidOf(4), seenUid: uidOf(501), distance: 2 },
      ],
    });
    expect(scores.map(({ sampleCount }) => sampleCount)).toEqual([18, 18]);
    expect(contamination?.cleanScores?.map(({ sampleCount }) => sampleCount)).toEqual([16, 16]);
    expect(names).toContain("contamination.csv");
    expect(readFileSync(written.get("contamination.csv") ?? "", "utf8")).toBe(
      `uid,seen_uid,distance,is_exact\r\n${uidOf(3)},${uidOf(500)},0,yes\r\n${uidOf(4)},${uidOf(501)},2,no\r\n`,
    );
  });

  it("says that nothing is left to score when it has seen them all, and writes no list when it has seen none", async () => {
    const files = await makeVersion({ phashOf });
    const all = Array.from({ length: 18 }, (_, n) => ({ uid: uidOf(n), sha256: uidOf(n).repeat(2), phash: null }));
    const params = { tasks: [classification], shardCount: 2, hasRefined: false, seenShardCount: 1 };

    const everything = await evaluateVersion(new Map(files).set("seen-base-0.parquet", writeSeen(all)), params);
    const stranger = [{ uid: uidOf(999), sha256: "e".repeat(64), phash: null }];
    const nothing = await evaluateVersion(new Map(files).set("seen-base-0.parquet", writeSeen(stranger)), params);

    expect(everything.contamination).toMatchObject({ exactCount: 18, cleanScores: null });
    expect(nothing.contamination).toMatchObject({ exactCount: 0, nearCount: 0, cleanScores: null });
    expect(nothing.files).not.toContain("contamination.csv");
  });
});

function flip(hash: bigint, count: number, random: () => number): bigint {
  const bits = new Set<number>();
  while (bits.size < count) bits.add(Math.floor(random() * 64));
  return [...bits].reduce((value, bit) => value ^ (1n << BigInt(bit)), hash);
}

function differing(a: bigint, b: bigint): number {
  return (a ^ b).toString(2).replaceAll("0", "").length;
}
