import { queryOptions } from "@tanstack/react-query";
import {
  type Experience,
  type Report,
  ReportDocument,
  type Schedule,
  type ScheduleRun,
  type Stream,
} from "@whetstone/schemas/api";
import { api } from "../../lib/api.ts";
import { type PagedQuery, pagedQuery } from "../../lib/paged-query.ts";

const askEveryMs = 30_000;

export const streamsQuery: PagedQuery<Stream> = pagedQuery(["streams"], api.streams.list);
export const streamQuery = (id: string) =>
  queryOptions({ queryKey: ["streams", id], queryFn: () => api.streams.get(id) });

/** Names of the latest lifetimes, to choose from. */
export const lifetimesQuery = (id: string) =>
  queryOptions({
    queryKey: ["streams", id, "lifetimes"],
    queryFn: async () =>
      (await api.streams.lifetimes(id, { limit: 100 })).data.filter(({ role }) => role === "learner"),
  });

export interface CurvesOf {
  lifetime: string | undefined;
  perfMeasure: string | undefined;
}

/** Asked again from time to time: a learner may be living. */
export const curvesQuery = (id: string, { lifetime, perfMeasure }: CurvesOf) =>
  queryOptions({
    queryKey: ["streams", id, "curves", { lifetime, perfMeasure }],
    queryFn: () => api.streams.curves(id, { lifetime, perfMeasure, limit: 10 }),
    refetchInterval: askEveryMs,
  });

export interface BlockOf {
  lifetime: string;
  blockNum: number;
  taskName: string | undefined;
}
type Row = Experience & { id: string };

export const experiencesQuery = (id: string, { lifetime, blockNum, taskName }: BlockOf): PagedQuery<Row> =>
  pagedQuery(["streams", id, "experiences", { lifetime, blockNum, taskName }], async (page) => {
    const found = await api.streams.experiences(id, {
      ...page,
      order: "asc",
      lifetime,
      blockNum,
      ...(taskName === undefined ? {} : { taskName }),
    });
    return { ...found, data: found.data.map((row) => ({ ...row, id: row.cursor })) };
  });

export const reportsQuery: PagedQuery<Report> = pagedQuery(["reports"], api.reports.list);
export const reportQuery = (id: string) =>
  queryOptions({ queryKey: ["reports", id], queryFn: () => api.reports.get(id) });

/** All a report says, from its own file; a report never changes. Null where no lifetime could be measured. */
export const reportDocumentQuery = (report: Report) =>
  queryOptions({
    queryKey: ["reports", report.id, "document"],
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const file = report.files.find(({ name }) => name === "data.json");
      if (!file) return null;
      const answer = await fetch(file.url, { signal });
      if (!answer.ok) throw new Error(`the storage answered ${answer.status}`);
      return ReportDocument.parse(await answer.json());
    },
  });

export const schedulesQuery: PagedQuery<Schedule> = pagedQuery(["schedules"], api.schedules.list);
export const scheduleQuery = (id: string) =>
  queryOptions({ queryKey: ["schedules", id], queryFn: () => api.schedules.get(id) });
export const scheduleRunsQuery = (id: string): PagedQuery<ScheduleRun> =>
  pagedQuery(["schedules", id, "runs"], (page) => api.schedules.runs(id, page), {
    isLive: ({ status }) => status === "queued" || status === "running",
  });
/** The latest deliveries of reports, to show beside the runs that made them. */
export const reportDeliveriesQuery = queryOptions({
  queryKey: ["webhooks", "deliveries", "reports"],
  queryFn: async () =>
    (await api.webhooks.deliveries({ limit: 100 })).data.filter(({ event }) => event.type === "report.created"),
});
