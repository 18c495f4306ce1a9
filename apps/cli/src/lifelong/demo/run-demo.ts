import { mkdir, rm } from "node:fs/promises";
import type { Client } from "@whetstone/schemas/client";
import type { DemoFlags } from "../../commands/lifelong-demo.ts";
import type { Output } from "../../output.ts";
import { describeDemo } from "./describe-demo.ts";
import { liveLifetimes } from "./live-lifetimes.ts";
import { measureDemo } from "./measure-demo.ts";
import { pushDemo } from "./push-demo.ts";

/** Lets the learners live, unless their logs are to be used again, and prints what they are worth. */
export async function runDemo(flags: DemoFlags, { output, api }: { output: Output; api?: Client }): Promise<void> {
  if (!flags.reuse) {
    await rm(flags.out, { recursive: true, force: true });
    await mkdir(flags.out, { recursive: true });
    await liveLifetimes(flags);
  }
  const demo = await measureDemo(flags.out);
  const streams = api ? await pushDemo(api, flags.out) : [];
  const fed = streams.map(({ learner, streamId, rows }) => `${learner}: ${rows} experiences in stream ${streamId}`);
  output.print({ ...demo, streams }, [describeDemo(demo), ...(api ? [fed.join("\n")] : [])].join("\n\n"));
}
