export * from "./contracts.ts";
export * from "./files.ts";
export * from "./kinds.ts";
export * from "./layers.ts";
export * from "./loop-steps.ts";
export * from "./protocol.ts";
export * from "./train-spec.ts";
