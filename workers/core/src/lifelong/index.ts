export { computeMetrics, type LifetimeInput, type LifetimeResult } from "./compute-metrics.ts";
export { formatFault, LifelongError, type Fault } from "./error.ts";
export type { ExpertLog } from "./expert.ts";
export { parseLoggerInfo, parseScenarioInfo, type LoggerInfo, type ScenarioInfo } from "./log/log-info.ts";
export { createLogBuilder, type LogRow, type LogTable } from "./log/log-table.ts";
export { createLogParser, type Origin } from "./log/parse-log.ts";
export { settleLog } from "./log/settle-log.ts";
export type { LifelongOptions } from "./options.ts";
export { summariseLog, type RegimeSummary } from "./summarise-log.ts";
export {
  toMetricsDocument,
  toRegimeRecords,
  toSettingsDocument,
  type RegimeRecord,
  type RunInfo,
} from "./to-documents.ts";
export type { Interval } from "./intervals/interval.ts";
export { intervalOverLifetimes } from "./intervals/over-lifetimes.ts";
export { intervalsWithinLifetime, type Intervals } from "./intervals/within-lifetime.ts";
export type { LifetimeMetric } from "./metrics/lifetime-metrics.ts";
export { toReportLifetime } from "./report/to-report-lifetime.ts";
export { toReportSubject } from "./report/to-report-subject.ts";
export { describeFindings } from "./report/describe-findings.ts";
export type { Finding } from "./report/finding.ts";
export { toSnapshot } from "./report/to-snapshot.ts";
export { toCsv } from "./report/to-csv.ts";
export { loadReportRenderer } from "./report/load-renderer.ts";
