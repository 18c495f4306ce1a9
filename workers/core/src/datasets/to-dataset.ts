import type { Dataset } from "@whetstone/schemas/api";
import type { datasets } from "@whetstone/schemas/db";

export function toDataset(dataset: typeof datasets.$inferSelect): Dataset {
  const { workspaceId: _, createdAt, ...row } = dataset;
  return { ...row, object: "dataset", createdAt: createdAt.toISOString() };
}
