import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { computeMetrics, toMetricsDocument, toRegimeRecords, type ExpertLog } from "@whetstone/core/lifelong";
import { LifelongOptions } from "@whetstone/schemas/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readLog } from "../../apps/cli/src/lifelong/read-log.ts";
import { makeCases, type Case } from "./cases.ts";
import { findDifferences } from "./find-differences.ts";
import { writeLog } from "./make-log.ts";
import { makeRandomCases } from "./random-cases.ts";
import { runReference, setUpReference, toSettings, type ReferenceResult } from "./reference.ts";

const reference = setUpReference();
/** `LIFELONG_CASES=500` for the long form. */
const randomCases = makeRandomCases(Number(process.env["LIFELONG_CASES"] ?? 12));
const cases = [...makeCases(), ...randomCases];
let folder: string;
let results: Map<string, ReferenceResult>;

// Where there is no Python 3.11 or 3.12, or no way to its packages, there is nothing to compare with.
describe.skipIf("reason" in reference)("metrics are those of l2metrics 3.1.0", () => {
  beforeAll(
    async () => {
      folder = await mkdtemp(join(tmpdir(), "lifelong-"));
      await mkdir(join(folder, "work"));
      for (const { name, log, experts } of cases) {
        await writeLog(join(folder, name), log);
        for (const [i, expert] of experts.entries()) await writeLog(expertFolder(name, i), expert);
      }
      const asked = cases.map(({ name, experts, options }) => ({
        name,
        log_dir: join(folder, name),
        experts: experts.map((_, i) => expertFolder(name, i)),
        settings: toSettings(options),
      }));
      const { python } = reference as { python: string };
      results = new Map(runReference(python, join(folder, "work"), asked).map((result) => [result.name, result]));
    },
    120_000 + 3_000 * cases.length,
  );

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(cases)("$name", async (each) => {
    const expected = results.get(each.name);
    if (!expected) throw new Error("the reference program gave no result");

    const actual = await measure(each);

    // The reference program crashes on some lifetimes nobody thought of; ours has still to give a result.
    if ("error" in expected && randomCases.includes(each)) return;
    if ("error" in expected) throw new Error(`the reference program failed: ${expected.error}`);
    expect(findDifferences(expected, actual, { ignoresOrderOfExperts: each.hasManyLabels === true })).toEqual([]);
  });
});

test("there are more than forty logs and option sets", () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBeGreaterThan(45);
});

async function measure({ name, experts, options }: Case) {
  const read = { measure: "reward" };
  const log = await readLog(join(folder, name), read);
  expect(log.faults).toEqual([]);
  const logs: ExpertLog[] = [];
  for (const [i] of experts.entries()) {
    const path = expertFolder(name, i);
    logs.push({ name: path, table: (await readLog(path, read)).table });
  }
  const settings = LifelongOptions.parse({ ...options, mode: "l2metrics" });
  const result = computeMetrics({ table: log.table, experts: logs }, settings);
  const info = { runId: name, scenario: log.scenario };
  return { metrics: toMetricsDocument(result, info), regimes: toRegimeRecords(result, info) };
}

function expertFolder(name: string, i: number): string {
  return join(folder, `${name}-experts`, String(i).padStart(2, "0"));
}
