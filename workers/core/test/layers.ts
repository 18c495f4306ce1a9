import type { Manifest } from "@whetstone/schemas/api";
import { datasets, versions } from "@whetstone/schemas/db";
import type { BaseRow, RefinedRow, RejectRow } from "@whetstone/schemas/tasks";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Context } from "../src/context.ts";
import { sha256Hex } from "../src/encoding.ts";

const hex = (n: number, length: number) => n.toString(16).padStart(length, "0");
export const uidOf = (n: number): string => hex(n, 32);

export const baseRow = (n: number): BaseRow => ({
  uid: uidOf(n),
  imageMember: `${n}.png`,
  imageOffset: 512 + n * 1000,
  imageBytes: 100 + n,
  imageFormat: "png",
  imageSha256: hex(n, 64),
  imagePhash: null,
  width: 64,
  height: 48,
  text: `text ${n} ö`,
  label: n % 2 === 0 ? `label ${n}` : null,
  metadata: JSON.stringify({ n }),
  source: `a.tar/${n}.png`,
});

export const refinedRow = (n: number): RefinedRow => ({
  uid: uidOf(n),
  positiveDescription: `positive ${n}`,
  negativeDescription: `negative ${n}`,
  positiveTags: ["a", `tag ${n}`],
  negativeTags: [],
  refiner: "emoji-refiner",
  modelHash: "m",
  promptHash: "p",
  isRepaired: false,
  latencyMs: 1.5,
  promptTokens: 10,
  completionTokens: 20,
});

export const rejectRow = (n: number): RejectRow => ({
  uid: null,
  source: `bad-${n}`,
  stage: "ingest",
  code: "image_undecodable",
  detail: "no image",
});

type Row = Record<string, string | number | boolean | string[] | null>;

/** A layer in the form runners write: snake_case columns, LISTs of strings, INT64, several row groups. */
export function toParquet(rows: Row[], groupRows = 3): Uint8Array {
  const writer = new ByteWriter();
  const names = Object.keys(rows[0] ?? {});
  const elements = names.flatMap((name) =>
    toElements(
      name,
      rows.map((row) => row[name]).find((value) => value !== null),
    ),
  );
  const parquet = new ParquetWriter({ writer, schema: [{ name: "schema", num_children: names.length }, ...elements] });
  for (let from = 0; from < rows.length; from += groupRows) {
    const group = rows.slice(from, from + groupRows);
    void parquet.write({
      columnData: names.map((name) => ({ name: toColumn(name), data: group.map((row) => toValue(name, row[name])) })),
      rowGroupSize: group.length,
    });
  }
  void parquet.finish();
  return writer.getBytes();
}

const toColumn = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const isDouble = (name: string) => name === "latencyMs";
const toValue = (name: string, value: Row[string] | undefined) =>
  typeof value === "number" && !isDouble(name) ? BigInt(value) : value;

function toElements(key: string, value: Row[string] | undefined): SchemaElement[] {
  const name = toColumn(key);
  if (typeof value === "boolean") return [{ name, type: "BOOLEAN", repetition_type: "OPTIONAL" }];
  if (typeof value === "number")
    return [{ name, type: isDouble(key) ? "DOUBLE" : "INT64", repetition_type: "OPTIONAL" }];
  if (!Array.isArray(value)) return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" }];
  return [
    { name, converted_type: "LIST", repetition_type: "REQUIRED", num_children: 1 },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  ];
}

export interface MadeVersion {
  /** Numbers of the samples, a list a shard. */
  shards: number[][];
  refined?: (n: number) => boolean;
  rejects?: number[][];
}

/** A version whose manifest and layers lie in S3 as a run would have left them. */
export async function makeVersion(
  ctx: Context & { workspaceId: string },
  made: MadeVersion,
): Promise<{ id: string; manifest: Manifest }> {
  const [id, datasetId, runId] = [ctx.newId("version"), ctx.newId("dataset"), ctx.newId("run")];
  const put = async (bytes: Uint8Array) => {
    const file = {
      key: `w/${ctx.workspaceId}/test/${crypto.randomUUID()}`,
      sizeBytes: bytes.length,
      sha256: await sha256Hex(bytes),
    };
    const { url, headers } = await ctx.storage.presignPut({ ...file, expiresSeconds: 60 });
    const response = await fetch(url, { method: "PUT", body: bytes, headers });
    if (!response.ok) throw new Error(`fixture: ${response.status}`);
    return file;
  };
  const layers: Manifest["layers"] = { base: [], refined: [], rejects: [] };
  const shards = [];
  for (const [index, numbers] of made.shards.entries()) {
    shards.push({ ...(await put(new TextEncoder().encode(`tar ${index}`))), index, sampleCount: numbers.length });
    layers["base"]?.push({
      ...(await put(toParquet(numbers.map(baseRow)))),
      shard: index,
      rowCount: numbers.length,
      runId,
    });
    const refined = numbers.filter((n) => made.refined?.(n) ?? false).map(refinedRow);
    if (refined.length > 0)
      layers["refined"]?.push({ ...(await put(toParquet(refined))), shard: index, rowCount: refined.length, runId });
  }
  for (const numbers of made.rejects ?? [])
    layers["rejects"]?.push({
      ...(await put(toParquet(numbers.map(rejectRow)))),
      shard: null,
      rowCount: numbers.length,
      runId,
    });

  const counts = { sampleCount: made.shards.flat().length, rejectCount: (made.rejects ?? []).flat().length };
  const createdAt = ctx.now();
  const manifest: Manifest = {
    format: "whetstone-version/1",
    versionId: id,
    datasetId,
    parentId: null,
    runId,
    createdAt: createdAt.toISOString(),
    ...counts,
    shards,
    layers,
  };
  const manifestKey = `w/${ctx.workspaceId}/test/${id}.json`;
  await ctx.storage.putIfAbsent(manifestKey, JSON.stringify(manifest), "application/json");
  const owned = { workspaceId: ctx.workspaceId, createdAt };
  await ctx.db
    .insert(datasets)
    .values({ ...owned, id: datasetId, name: datasetId, description: "", latestVersionId: id });
  await ctx.db.insert(versions).values({
    ...owned,
    ...counts,
    id,
    datasetId,
    runId,
    manifestKey,
    number: 1,
    parentId: null,
    layers: Object.keys(layers),
    shardCount: shards.length,
    sizeBytes: 1,
    manifestSha256: "0",
  });
  return { id, manifest };
}
