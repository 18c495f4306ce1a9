import type { Dataset } from "@whetstone/schemas/api";
import type { datasets } from "@whetstone/schemas/db";

export function toDataset({ workspaceId: _, createdAt, ...row }: typeof datasets.$inferSelect): Dataset {
  return { ...row, object: "dataset", createdAt: createdAt.toISOString() };
}
