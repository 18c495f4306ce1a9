import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Iteration, Loop } from "@whetstone/schemas/api";
import { createClient } from "@whetstone/schemas/client";
import { parquetWriteBuffer } from "hyparquet-writer";
import { z } from "zod";
import { loadConcepts } from "./artwork/concepts.ts";
import { createRandom } from "./artwork/random.ts";
import type { Stack } from "./stack.ts";

const conceptCount = 120;
const LoopWithTurns = Loop.extend({ iterations: z.array(Iteration) });
export type LoopWithTurns = z.infer<typeof LoopWithTurns>;

/** Two iterations of B-STaR on the smallest policy there is: a table that guesses which group each emoji belongs to. */
export async function runLoop(
  stack: Stack,
  { folder, seed }: { folder: string; seed: number },
): Promise<LoopWithTurns> {
  const { policy, task } = await writeTable(join(folder, "loop"), seed);
  const flags = [
    `--name groups --method b-star --policy-kind tabular --iterations 2 --seed ${seed} --measure count=8`,
    "--gate maxSliceFall=0.2 --budget samples=50000 --set reward=verdict --set steps=60 --set batchSize=32",
    `--set queries=${conceptCount} --set samplesWanted=${2 * conceptCount} --set draws=16 --set tuningQueries=40`,
    "--set temperatureStep=0.35 --set learningRate=0.5 --set minLearningRate=0.1",
  ].flatMap((words) => words.split(" "));
  const loop = await stack.whetstone(Loop, ["loop", "start", "--policy", policy, "--task", task, ...flags]);
  const api = createClient({ baseUrl: stack.url, key: stack.key });
  for await (const event of api.runs.events(loop.runId))
    if (event.type === "run.failed") throw new Error(`loop ${loop.id} failed: ${JSON.stringify(event.data)}`);
  return stack.whetstone(LoopWithTurns, ["loop", "show", loop.id]);
}

/** Emoji of CLDR with the group each is in, and a table that knows nothing of them: seeded logits. */
async function writeTable(folder: string, seed: number): Promise<{ policy: string; task: string }> {
  const random = createRandom(`loop-${seed}`);
  const all = loadConcepts();
  const groups = [...new Set(all.map(({ group }) => group))].toSorted();
  const chosen = all.filter((_, i) => i % Math.floor(all.length / conceptCount) === 0).slice(0, conceptCount);
  const questions = chosen.map(({ label, group }) => ({ question: `which group is ${label} in?`, group }));

  const policy = join(folder, "policy");
  await mkdir(policy, { recursive: true });
  const logits = Float64Array.from({ length: questions.length * groups.length }, () => 2 * random.next());
  const rows = questions.map(({ question }) => [question, groups]);
  await writeFile(join(policy, "table.safetensors"), toSafetensors(logits, { rows, width: groups.length }));

  const task = join(folder, "task.parquet");
  const asked = ["train", "held-out"].flatMap((split) =>
    questions.map(({ question, group }, i) => ({ split, question, group, id: `${split}-${i}` })),
  );
  const text = (name: string, of: (row: (typeof asked)[number]) => string) => ({
    name,
    type: "STRING" as const,
    data: asked.map(of),
  });
  const columnData = [
    text("query_id", ({ id }) => id),
    text("split", ({ split }) => split),
    text("slice", ({ group }) => group),
    text("question", ({ question }) => question),
    text("answer", ({ group }) => group),
  ];
  await writeFile(task, new Uint8Array(parquetWriteBuffer({ columnData })));
  return { policy, task };
}

/** One tensor `logits`: eight bytes of length, a header of JSON, then the numbers. */
function toSafetensors(logits: Float64Array, { rows, width }: { rows: unknown[]; width: number }): Uint8Array {
  const header = Buffer.from(
    JSON.stringify({
      __metadata__: { rows: JSON.stringify(rows) },
      logits: { dtype: "F64", shape: [rows.length, width], data_offsets: [0, logits.byteLength] },
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.from(logits.buffer)]);
}

export function formatLoop({ id, status, promoted, reason, iterations }: LoopWithTurns): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(22) : cell.padStart(18))).join("")}`;
  return [
    "A table of answers teaches itself by B-STaR, two iterations (right answers on held-out queries, 95 % interval)",
    line(["", "right", "interval", "kept to learn", "gate"]),
    ...iterations.map(({ number, status: state, monitors, gate }) =>
      line([
        number === 0 ? "  as it came" : `  iteration ${number}, ${state}`,
        monitors ? percent(monitors.verified.value) : "-",
        monitors ? `${percent(monitors.verified.low)}-${percent(monitors.verified.high)}` : "-",
        typeof monitors?.keptShare === "number" ? percent(monitors.keptShare) : "-",
        gateOf(gate),
      ]),
    ),
    `  ${status}: ${reason ?? ""}; iteration ${promoted} is in use: whetstone loop show ${id}`,
  ].join("\n");
}

function gateOf(gate: Iteration["gate"]): string {
  if (!gate) return "-";
  const failed = gate.checks.filter(({ passed }) => !passed).map(({ id }) => id);
  return gate.passed ? "let in" : failed.join(", ");
}
