import { createHash } from "node:crypto";
import type { LifetimeRole } from "@whetstone/schemas/api";
import { ApiError, type Client } from "@whetstone/schemas/client";
import type { ProgressBar } from "../progress.ts";
import type { LogFolder } from "./log-folder.ts";
import { readTableChunks } from "./table-chunks.ts";

export interface PushTarget {
  api: Client;
  bar: Pick<ProgressBar, "update">;
  streamId: string;
  lifetime: string;
  role: LifetimeRole;
}

export interface Pushed {
  lifetime: string;
  role: LifetimeRole;
  addedRows: number;
  /** Rows that were there from an earlier push. */
  knownRows: number;
  failures: { file: string; message: string }[];
}

/** Sends a log folder as one lifetime. A file that is refused is named and the others go on; pushing again adds only what is missing. */
export async function pushLog(log: LogFolder, { api, bar, ...target }: PushTarget): Promise<Pushed> {
  const { lifetime, role } = target;
  const pushed: Pushed = { lifetime, role, addedRows: 0, knownRows: 0, failures: [] };
  const total = log.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  for (const file of log.files) {
    const writer = `log:${createHash("sha256").update(file.relativePath).digest("hex").slice(0, 24)}`;
    try {
      let sequence = 0;
      for await (const { text, firstLine } of readTableChunks(file.path)) {
        const batch = { type: "text/tab-separated-values", text } as const;
        const query = { lifetime, role, writer, sequence, firstLine };
        const receipt = await api.streams.addExperiences(target.streamId, batch, query);
        pushed[receipt.isRepeat ? "knownRows" : "addedRows"] += receipt.rowCount;
        sequence += 1;
      }
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) throw error;
      pushed.failures.push({ file: file.path, message: explain(error) });
    }
    done += file.sizeBytes;
    bar.update({ done, total, unit: "bytes" });
  }
  return pushed;
}

function explain(error: ApiError): string {
  if (error.code === "idempotency_key_reused")
    return "this file was pushed into this lifetime before with other rows; push into another lifetime with --lifetime";
  return error.fields.length > 0 ? error.fields.map(({ detail }) => detail).join("\n    ") : error.message;
}
