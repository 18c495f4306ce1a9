import { createRoute } from "@hono/zod-openapi";
import { listAuditEvents } from "@whetstone/core/audit/list-audit-events";
import { createWorkspace } from "@whetstone/core/workspaces/create-workspace";
import { describeWorkspace } from "@whetstone/core/workspaces/describe-workspace";
import { AuditEvent, CreateWorkspace, NewWorkspace, Page, WorkspaceDetails } from "@whetstone/schemas/api";
import { pageQuery } from "../params.ts";
import { body, createRouter, json, problems } from "../router.ts";

const tags = ["Workspaces"];

const postWorkspace = createRoute({
  method: "post",
  path: "/v1/workspaces",
  tags,
  summary: "Make a workspace and its first key",
  description: "Takes the platform's admin token. The key's secret is shown this once.",
  request: { body: body(CreateWorkspace, "The workspace") },
  responses: { 201: json(NewWorkspace, "The workspace and its first key"), ...problems },
});

const getCurrent = createRoute({
  method: "get",
  path: "/v1/workspace",
  tags,
  summary: "The workspace of this key, its quotas and what is used of them",
  responses: { 200: json(WorkspaceDetails, "The workspace"), ...problems },
});

const getAuditEvents = createRoute({
  method: "get",
  path: "/v1/audit-events",
  tags,
  summary: "Who wrote what and when",
  request: pageQuery,
  responses: { 200: json(Page(AuditEvent), "A page of events"), ...problems },
});

export const workspaces = createRouter()
  .openapi(postWorkspace, async (c) => {
    c.set("isSecret", true);
    return c.json(await createWorkspace(c.var.ctx, c.req.valid("json")), 201);
  })
  .openapi(getCurrent, async (c) => c.json(await describeWorkspace(c.var.ctx), 200))
  .openapi(getAuditEvents, async (c) => c.json(await listAuditEvents(c.var.ctx, c.req.valid("query")), 200));
