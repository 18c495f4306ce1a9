import type { Suite } from "@whetstone/schemas/api";
import type { suites } from "@whetstone/schemas/db";

export type SuiteRow = typeof suites.$inferSelect;

export function toSuite(suite: SuiteRow): Suite {
  const { workspaceId: _, createdAt, ...row } = suite;
  return { ...row, object: "suite", createdAt: createdAt.toISOString() };
}
