import { datasets, suites, versions } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { RunFailure } from "../runs/run-failure.ts";
import type { RunOf } from "../runs/run-kind.ts";
import type { SuiteRow } from "../suites/to-suite.ts";

export type SetsOfRun = Pick<SuiteRow, "sets" | "aggregate">;

/** What an evaluation measures: the sets of its suite, or its one version under the dataset's name. */
export async function setsOfRun(
  ctx: Context,
  run: Pick<RunOf<"evaluate">, "params" | "workspaceId">,
): Promise<SetsOfRun> {
  const { suiteId, versionId = "", trainVersionId, tasks = [] } = run.params;
  if (suiteId !== undefined) {
    const [suite] = await ctx.db
      .select()
      .from(suites)
      .where(and(eq(suites.id, suiteId), eq(suites.workspaceId, run.workspaceId)));
    if (!suite) throw new RunFailure("suite_missing", `suite ${suiteId} does not exist any more`);
    return suite;
  }
  const [version] = await ctx.db
    .select({ name: datasets.name, number: versions.number })
    .from(versions)
    .innerJoin(datasets, eq(datasets.id, versions.datasetId))
    .where(and(eq(versions.id, versionId), eq(versions.workspaceId, run.workspaceId)));
  if (!version) throw new RunFailure("version_missing", `version ${versionId} does not exist any more`);
  const name = `${version.name} v${version.number}`;
  return {
    sets: [{ name, versionId, tasks, groups: [], ...(trainVersionId ? { trainVersionId } : {}) }],
    aggregate: "mean",
  };
}
