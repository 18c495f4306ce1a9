import type { TestProject } from "vitest/node";
import { type S3Server, startVersitygw } from "./versitygw.ts";

declare module "vitest" {
  export interface ProvidedContext {
    s3: Omit<S3Server, "stop">;
  }
}

/** One real S3 server for all projects. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, ...s3 } = await startVersitygw();
  project.provide("s3", s3);
  return stop;
}
