import { type CreateSuite, datacompTasks, type EvaluationSet, type Suite } from "@whetstone/schemas/api";
import { datasets, suites, versions } from "@whetstone/schemas/db";
import { and, asc, inArray, isNotNull } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError } from "../errors.ts";
import { inWorkspace } from "../scope.ts";
import { isUniqueViolation } from "../unique-violation.ts";
import { findDataset } from "./find-by-name.ts";
import { toSuite } from "./to-suite.ts";

/** Fixes a list of benchmark sets, each to a version, so that scores of one suite compare for ever. */
export async function createSuite(ctx: Context, input: CreateSuite): Promise<Suite> {
  requireScope(ctx, "evaluations:write");
  const { sets, missing } = input.sets ? await resolveSets(ctx, input.sets) : await findDatacompSets(ctx);
  const row = {
    id: ctx.newId("suite"),
    workspaceId: workspaceOf(ctx),
    name: input.name,
    description: input.description,
    sets,
    aggregate: input.datacomp ? ("datacomp" as const) : ("mean" as const),
    missing,
    createdAt: ctx.now(),
  };
  try {
    await ctx.db.batch([
      ctx.db.insert(suites).values(row),
      auditRow(ctx, { action: "suite.create", subjectId: row.id }),
    ]);
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new AppError(
      "conflict",
      `a suite named ${input.name} exists already, and suites never change; choose another name`,
      { cause },
    );
  }
  return toSuite(row);
}

type Found = Pick<Suite, "sets" | "missing">;

async function resolveSets(ctx: Context, inputs: NonNullable<CreateSuite["sets"]>): Promise<Found> {
  const sets: EvaluationSet[] = [];
  for (const [index, { dataset, versionId, ...set }] of inputs.entries()) {
    const pointer = `/sets/${index}/${dataset === undefined ? "versionId" : "dataset"}`;
    sets.push({ ...set, versionId: versionId ?? (await latestVersion(ctx, { dataset: dataset ?? "", pointer })) });
  }
  const named = [...new Set(sets.flatMap(({ versionId, trainVersionId }) => [versionId, trainVersionId ?? versionId]))];
  const known = await knownVersions(ctx, named);
  const fields = sets.flatMap((set, index) =>
    (["versionId", "trainVersionId"] as const).flatMap((name) => {
      const id = set[name];
      if (id === undefined || known.has(id)) return [];
      return [{ pointer: `/sets/${index}/${name}`, code: "not_found", detail: `version ${id} does not exist` }];
    }),
  );
  if (fields[0]) throw new AppError("not_found", `set ${fields[0].pointer}: ${fields[0].detail}`, { fields });
  return { sets, missing: [] };
}

export async function latestVersion(
  ctx: Context,
  { dataset, pointer }: { dataset: string; pointer: string },
): Promise<string> {
  const row = await findDataset(ctx, dataset);
  if (row.latestVersionId !== null) return row.latestVersionId;
  const detail = `dataset ${dataset} has no version yet; ingest something first`;
  throw new AppError("conflict", detail, { fields: [{ pointer, code: "no_version", detail }] });
}

async function knownVersions(ctx: Context, ids: readonly string[]): Promise<Set<string>> {
  const rows = await Promise.all(
    chunks(ids).map((part) =>
      ctx.db
        .select({ id: versions.id })
        .from(versions)
        .where(inWorkspace(ctx, versions, inArray(versions.id, part))),
    ),
  );
  return new Set(rows.flat().map(({ id }) => id));
}

/** D1 binds at most 100 parameters. */
function chunks(ids: readonly string[]): string[][] {
  const size = 90;
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, i) => ids.slice(i * size, (i + 1) * size));
}

/** Those of DataComp's tasks that a dataset of the workspace is named after, by key or by name: `vtab/dtd`, `dtd`, `Describable Textures`. */
async function findDatacompSets(ctx: Context): Promise<Found> {
  const rows = await ctx.db
    .select({ name: datasets.name, versionId: datasets.latestVersionId })
    .from(datasets)
    .where(and(inWorkspace(ctx, datasets), isNotNull(datasets.latestVersionId)))
    .orderBy(asc(datasets.id))
    .limit(10_000);
  const versionOf = new Map(rows.map(({ name, versionId }) => [plain(name), versionId]));
  const missing: string[] = [];
  const sets: EvaluationSet[] = [];
  for (const { key, name, type, mainMetric, groups } of datacompTasks) {
    const lastPart = key.slice(key.lastIndexOf("/") + 1);
    const versionId = [key, lastPart, name].map((each) => versionOf.get(plain(each))).find(Boolean);
    if (!versionId) missing.push(key);
    else sets.push({ name, key, versionId, tasks: [toTask(type)], mainMetric, groups: [...groups] });
  }
  if (sets.length === 0)
    throw new AppError(
      "conflict",
      `no dataset of the workspace is named after one of DataComp's 38 tasks, such as ${datacompTasks
        .slice(0, 3)
        .map(({ key }) => key.slice(key.lastIndexOf("/") + 1))
        .join(", ")}`,
    );
  return { sets, missing };
}

function toTask(type: (typeof datacompTasks)[number]["type"]): EvaluationSet["tasks"][number] {
  return type === "zero-shot-classification" ? { type, groupField: "group", ignoreGroups: [] } : { type };
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
