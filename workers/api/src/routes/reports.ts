import { createRoute } from "@hono/zod-openapi";
import { createReport } from "@whetstone/core/reports/create-report";
import { getReport, listReports } from "@whetstone/core/reports/read-reports";
import { CreateReport, Page, Report } from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Reports"];

const postReport = createRoute({
  method: "post",
  path: "/v1/reports",
  tags,
  summary: "Make a report",
  description:
    "Measures streams, and models by their latest evaluations, and writes them up: a page with charts and plain words (`report.html`), its data (`data.json`, `report.csv`) and a short form for mails. It is compared with the last report of the same name. A schedule makes them again and again, and takes streams of more than 2 million experiences.",
  request: { body: body(CreateReport, "What to report") },
  responses: { 201: json(Report, "The report"), ...problems },
});

const getAll = createRoute({
  method: "get",
  path: "/v1/reports",
  tags,
  summary: "List reports",
  request: pageQuery,
  responses: { 200: json(Page(Report), "A page of reports"), ...problems },
});

const getOne = createRoute({
  method: "get",
  path: "/v1/reports/{id}",
  tags,
  summary: "Get a report",
  request: idParam("report"),
  responses: { 200: json(Report, "The report, with addresses of its files"), ...problems },
});

export const reports = createRouter()
  .openapi(postReport, async (c) => {
    const report = await createReport(c.var.ctx, c.req.valid("json"));
    return c.json(report, 201, { location: `/v1/reports/${report.id}` });
  })
  .openapi(getAll, async (c) => c.json(await listReports(c.var.ctx, c.req.valid("query")), 200))
  .openapi(getOne, async (c) => c.json(await getReport(c.var.ctx, c.req.valid("param").id), 200));
