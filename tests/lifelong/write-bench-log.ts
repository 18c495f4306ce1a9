import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { createRandom } from "./make-log.ts";

export interface BenchLog {
  tasks: number;
  /** Half learning, half evaluation. */
  blocks: number;
  rows: number;
}

const trainShare = 0.8;
const flushBytes = 1 << 20;

/** Writes a long lifetime, in turn a learning block of one task and an evaluation block of all, as one worker's files. */
export async function writeBenchLog(folder: string, { tasks, blocks, rows }: BenchLog): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "logger_info.json"), '{"metrics_columns": ["reward"], "log_format_version": "1.1"}');
  await writeFile(
    join(folder, "scenario_info.json"),
    '{"complexity": "3-high", "difficulty": "3-hard", "scenario_type": "dispersed"}',
  );
  const random = createRandom(11);
  const perTrain = Math.round((rows * trainShare) / (blocks / 2));
  const perTest = Math.round((rows * (1 - trainShare)) / (blocks / 2) / tasks);
  const header =
    "block_num\texp_num\tworker_id\tblock_type\tblock_subtype\ttask_name\ttask_params\texp_status\ttimestamp\treward\n";
  let exp = 0;
  for (let block = 0; block < blocks; block++) {
    const isTrain = block % 2 === 1;
    const path = join(folder, "worker-default", `${block}-${isTrain ? "train" : "test"}`);
    await mkdir(path, { recursive: true });
    const out = createWriteStream(join(path, "data-log.tsv"));
    let text = header;
    for (let task = 0; task < (isTrain ? 1 : tasks); task++) {
      const index = isTrain ? ((block - 1) / 2) % tasks : task;
      const skill = 1 - Math.exp(-block / blocks);
      for (let i = 0; i < (isTrain ? perTrain : perTest); i++, exp++) {
        const reward = skill * (isTrain ? 0.5 + (0.5 * i) / perTrain : 1) + (random() - 0.5) * 0.2;
        const time = `202601${String(10 + Math.floor(block / 20)).padStart(2, "0")}T${String(block % 20).padStart(2, "0")}0000.${String(i % 1_000_000).padStart(6, "0")}`;
        text += `${block}\t${exp}\tworker-default\t${isTrain ? "train" : "test"}\twake\ttask${index}_1\t{}\tcomplete\t${time}\t${reward}\n`;
        if (text.length > flushBytes) {
          if (!out.write(text)) await once(out, "drain");
          text = "";
        }
      }
    }
    out.end(text);
    await finished(out);
  }
}
