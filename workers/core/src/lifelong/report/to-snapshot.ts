import type { ReportDocument, ReportSnapshot } from "@whetstone/schemas/api";

/** What later reports compare themselves with. */
export const toSnapshot = ({ createdAt, subjects, models }: ReportDocument): ReportSnapshot => ({
  createdAt,
  subjects: subjects.map(({ name, means }) => ({ name, means })),
  models,
});
