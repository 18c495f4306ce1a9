import type { Model } from "@whetstone/schemas/api";
import type { models } from "@whetstone/schemas/db";

export type ModelRow = typeof models.$inferSelect;

export function toModel(model: ModelRow): Model {
  const { workspaceId: _, package: __, files, createdAt, ...row } = model;
  return {
    ...row,
    object: "model",
    files: files.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 })),
    createdAt: createdAt.toISOString(),
  };
}
