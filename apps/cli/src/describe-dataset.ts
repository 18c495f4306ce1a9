import type { Dataset, Version } from "@whetstone/schemas/api";
import { formatTable } from "./output.ts";
import { formatBytes, formatCount } from "./units.ts";

export function describeVersion(version: Version, dataset?: Dataset): string {
  return formatTable([
    ["version", `${version.id} (number ${version.number}${dataset ? ` of ${dataset.name}` : ""})`],
    ["dataset", version.datasetId],
    ["samples", formatCount(version.sampleCount)],
    ["rejects", formatCount(version.rejectCount)],
    ["shards", `${version.shardCount}, ${formatBytes(version.sizeBytes)}`],
    ["layers", version.layers.join(", ")],
    ["made by", version.runId],
  ]);
}

export function tabulateDatasets(datasets: readonly Dataset[]): string {
  return formatTable([
    ["DATASET", "NAME", "LATEST VERSION", "CREATED"],
    ...datasets.map((dataset) => [dataset.id, dataset.name, dataset.latestVersionId ?? "", dataset.createdAt]),
  ]);
}

export function tabulateVersions(versions: readonly Version[]): string {
  const rows = versions.map((version) => [
    version.id,
    String(version.number),
    formatCount(version.sampleCount),
    formatCount(version.rejectCount),
    version.layers.join(","),
    version.createdAt,
  ]);
  return formatTable([["VERSION", "NUMBER", "SAMPLES", "REJECTS", "LAYERS", "CREATED"], ...rows]);
}
