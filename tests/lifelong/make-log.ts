import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A block of a made-up lifetime: tasks in a row, each with its experiences. */
export interface BlockPlan {
  type: "train" | "test";
  subtype?: "sleep";
  parts: { task: string; count: number; params?: string | ((index: number) => string) }[];
}

export type Curve = (at: {
  task: string;
  type: "train" | "test";
  seen: number;
  index: number;
  count: number;
}) => number;

export interface LogPlan {
  blocks: BlockPlan[];
  curve: Curve;
  /** How a value is written; the shortest exact decimal by default. */
  write?: (value: number, row: number) => string;
  workers?: string[];
  /** Rows an experience is written in. */
  rowsPerExperience?: number;
  isIncomplete?: (row: number) => boolean;
  hasSubtype?: boolean;
  measure?: string;
  scenario?: Record<string, string>;
}

/** A small generator of repeatable randomness (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Writes a log as l2logger 1.1 does: a folder a worker, a folder a block. */
export async function writeLog(folder: string, plan: LogPlan): Promise<void> {
  const { measure = "reward", workers = ["worker-0"], rowsPerExperience = 1, hasSubtype = true } = plan;
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "logger_info.json"),
    JSON.stringify({ metrics_columns: [measure], log_format_version: "1.1" }),
  );
  const scenario = plan.scenario ?? { complexity: "1-low", difficulty: "2-medium", scenario_type: "custom" };
  await writeFile(join(folder, "scenario_info.json"), JSON.stringify(scenario));
  const seen = new Map<string, number>();
  let exp = 0;
  let row = 0;
  for (const [blockNum, block] of plan.blocks.entries()) {
    const lines = new Map<string, string[]>();
    for (const { task, count, params } of block.parts) {
      for (let index = 0; index < count; index++, exp++) {
        for (let copy = 0; copy < rowsPerExperience; copy++, row++) {
          const worker = workers[(exp + copy) % workers.length] as string;
          const value = plan.curve({ task, type: block.type, seen: seen.get(task) ?? 0, index, count });
          const text = typeof params === "function" ? params(index) : (params ?? "");
          const cells = [
            blockNum,
            exp,
            worker,
            block.type,
            ...(hasSubtype ? [block.subtype ?? "wake"] : []),
            task,
            text === "" ? "" : `"${text.replaceAll('"', '""')}"`,
            plan.isIncomplete?.(row) ? "incomplete" : "complete",
            toTimestamp(row),
            plan.write ? plan.write(value, row) : String(value),
          ];
          const own = lines.get(worker) ?? [];
          own.push(cells.join("\t"));
          lines.set(worker, own);
        }
        if (block.type === "train") seen.set(task, (seen.get(task) ?? 0) + 1);
      }
    }
    const subtype = hasSubtype ? "block_subtype\t" : "";
    const header = `block_num\texp_num\tworker_id\tblock_type\t${subtype}task_name\ttask_params\texp_status\ttimestamp\t${measure}`;
    for (const [worker, rows] of lines) {
      const path = join(folder, worker, `${blockNum}-${block.type}`);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, "data-log.tsv"), `${[header, ...rows].join("\n")}\n`);
    }
  }
}

function toTimestamp(row: number): string {
  const iso = new Date(Date.UTC(2026, 0, 30, 23, 50) + row * 1137).toISOString();
  const digits = iso.replaceAll(/[-:Z]/g, "");
  return `${digits}${String(row % 1000).padStart(3, "0")}`;
}
