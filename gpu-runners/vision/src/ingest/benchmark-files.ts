import { posix } from "node:path";
import { type Benchmark, benchmarkFiles, parseBenchmarkFile } from "@whetstone/schemas/api";
import { type Member, readMember } from "./archive-member.ts";

const maxBytes = 4 * 1024 ** 2;

const nameOf = ({ path }: Member) => benchmarkFiles.find((name) => name === posix.basename(path));

/** Whether it is one of CLIP_benchmark's text files about a whole set. */
export function isBenchmarkFile(member: Member): boolean {
  return nameOf(member) !== undefined && member.sizeBytes <= maxBytes;
}

export async function readBenchmarkFile(member: Member): Promise<Partial<Benchmark>> {
  const name = nameOf(member);
  return name ? parseBenchmarkFile(name, (await readMember(member)).toString("utf8")) : {};
}

/** One description of what several sources say; null where they say nothing. */
export function toBenchmark(found: Partial<Benchmark>): Benchmark | null {
  if (Object.keys(found).length === 0) return null;
  return { type: found.type ?? "classification", classNames: found.classNames ?? [], templates: found.templates ?? [] };
}
