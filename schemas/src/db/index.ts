export * from "./datasets.ts";
export * from "./evaluations.ts";
export * from "./models.ts";
export * from "./runs.ts";
export * from "./webhooks.ts";
export * from "./streams.ts";
export * from "./workspaces.ts";
