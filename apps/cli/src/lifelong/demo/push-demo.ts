import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@whetstone/schemas/client";
import { pushFolders } from "../../streams/push-folders.ts";
import { Lifetimes } from "./measure-demo.ts";

export interface DemoStream {
  learner: string;
  streamId: string;
  rows: number;
}

/** Feeds the lives into the API as any learner would: a stream a learner, a lifetime a seed and scenario, its experts beside. */
export async function pushDemo(api: Client, folder: string): Promise<DemoStream[]> {
  const { lifetimes } = Lifetimes.parse(JSON.parse(await readFile(join(folder, "lifetimes.json"), "utf8")));
  const streams: DemoStream[] = [];
  for (const [learner, lives] of Map.groupBy(lifetimes, (life) => life.learner)) {
    const { stream, pushed } = await pushFolders(api, {
      folders: lives.map(({ name }) => join(folder, "logs", name)),
      name: `lifelong demo, ${learner}`,
      experts: join(folder, "experts"),
    });
    const rows = pushed.reduce((sum, { addedRows }) => sum + addedRows, 0);
    streams.push({ learner, streamId: stream.id, rows });
  }
  return streams;
}
