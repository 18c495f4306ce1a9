import type { ReportDocument } from "@whetstone/schemas/api";

/** The renderer with its charting library, which takes longer to load than most work takes. */
export async function loadReportRenderer(): Promise<(report: ReportDocument) => string> {
  return (await import("./render-report.ts")).renderReport;
}
