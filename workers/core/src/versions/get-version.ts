import type { Version } from "@whetstone/schemas/api";
import { versions } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { getOwned } from "../scope.ts";

export type VersionRow = typeof versions.$inferSelect;

export async function getVersion(ctx: Context, id: string): Promise<Version> {
  return toVersion(await versionRow(ctx, id));
}

export async function versionRow(ctx: Context, id: string): Promise<VersionRow> {
  requireScope(ctx, "datasets:read");
  return getOwned(ctx, versions, { what: "version", id });
}

export function toVersion(version: VersionRow): Version {
  const { workspaceId: _, manifestSha256: __, createdAt, ...row } = version;
  return { ...row, object: "dataset.version", createdAt: createdAt.toISOString() };
}
