import type { TestProject } from "vitest/node";
import { type S3Server, startVersitygw } from "./versitygw.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

declare module "vitest" {
  export interface ProvidedContext {
    s3: Omit<S3Server, "stop">;
    receiver: string;
  }
}

/** One real S3 server and one receiver of webhooks for all projects. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [{ stop, ...s3 }, receiver] = await Promise.all([startVersitygw(), startWebhookReceiver()]);
  project.provide("s3", s3);
  project.provide("receiver", receiver.url);
  return async () => void (await Promise.all([stop(), receiver.stop()]));
}
