import { createRoute } from "@hono/zod-openapi";
import { deleteSchedule, updateSchedule } from "@whetstone/core/schedules/change-schedule";
import { createSchedule } from "@whetstone/core/schedules/create-schedule";
import { getSchedule, listScheduleRuns, listSchedules } from "@whetstone/core/schedules/read-schedules";
import { runSchedule } from "@whetstone/core/schedules/run-schedule";
import { CreateSchedule, Page, Schedule, ScheduleRun, UpdateSchedule } from "@whetstone/schemas/api";
import { idParam, pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Schedules"];
const { params } = idParam("schedule");

const postSchedule = createRoute({
  method: "post",
  path: "/v1/schedules",
  tags,
  summary: "Make a schedule",
  description:
    "A report that is made again and again: a cron expression in a time zone, and what to report. Subscribe a webhook to `report.created` to be told.",
  request: { body: body(CreateSchedule, "When and what") },
  responses: { 201: json(Schedule, "The schedule"), ...problems },
});

const getAll = createRoute({
  method: "get",
  path: "/v1/schedules",
  tags,
  summary: "List schedules",
  request: pageQuery,
  responses: { 200: json(Page(Schedule), "A page of schedules"), ...problems },
});

const getOne = createRoute({
  method: "get",
  path: "/v1/schedules/{id}",
  tags,
  summary: "Get a schedule",
  request: { params },
  responses: { 200: json(Schedule, "The schedule"), ...problems },
});

const patchOne = createRoute({
  method: "patch",
  path: "/v1/schedules/{id}",
  tags,
  summary: "Change, pause or resume a schedule",
  description: "After a pause nothing is made up for.",
  request: { params, body: body(UpdateSchedule, "What to change") },
  responses: { 200: json(Schedule, "The schedule as it is now"), ...problems },
});

const deleteOne = createRoute({
  method: "delete",
  path: "/v1/schedules/{id}",
  tags,
  summary: "Delete a schedule",
  description: "Its reports stay.",
  request: { params },
  responses: { 200: json(Schedule, "The schedule as it was"), ...problems },
});

const postRun = createRoute({
  method: "post",
  path: "/v1/schedules/{id}/run",
  tags,
  summary: "Make a schedule's report now",
  description: "Paused or not; when it is due next does not change.",
  request: { params },
  responses: { 202: json(ScheduleRun, "The run, queued"), ...problems },
});

const getRuns = createRoute({
  method: "get",
  path: "/v1/schedules/{id}/runs",
  tags,
  summary: "List runs of a schedule",
  request: { params, ...pageQuery },
  responses: { 200: json(Page(ScheduleRun), "A page of runs"), ...problems },
});

export const schedules = createRouter()
  .openapi(postSchedule, async (c) => {
    const schedule = await createSchedule(c.var.ctx, c.req.valid("json"));
    return c.json(schedule, 201, { location: `/v1/schedules/${schedule.id}` });
  })
  .openapi(getAll, async (c) => c.json(await listSchedules(c.var.ctx, c.req.valid("query")), 200))
  .openapi(getOne, async (c) => c.json(await getSchedule(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(patchOne, async (c) =>
    c.json(await updateSchedule(c.var.ctx, c.req.valid("param").id, c.req.valid("json")), 200),
  )
  .openapi(deleteOne, async (c) => c.json(await deleteSchedule(c.var.ctx, c.req.valid("param").id), 200))
  .openapi(postRun, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await runSchedule(c.var.ctx, id), 202, { location: `/v1/schedules/${id}/runs` });
  })
  .openapi(getRuns, async (c) =>
    c.json(await listScheduleRuns(c.var.ctx, c.req.valid("param").id, c.req.valid("query")), 200),
  );
