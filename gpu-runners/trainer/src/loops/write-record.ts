import type { Reduction, SampleTable } from "@whetstone/core/methods";
import { createLayerWriter } from "@whetstone/runtime";
import { LoopRecordRow, TrainingParquetRow } from "@whetstone/schemas/tasks";

/** Every row a reducer saw, with its verdict. */
export function writeRecord(
  path: string,
  tables: Readonly<Record<string, SampleTable>>,
  verdicts: Reduction["verdicts"],
): void {
  const writer = createLayerWriter(path, LoopRecordRow);
  for (const [step, table] of Object.entries(tables)) {
    const list = verdicts[step];
    if (!list) continue;
    for (let i = 0; i < table.rowCount; i += 1) writer.append(rowAt(table, i, { step, verdict: list[i] ?? "" }));
  }
  writer.close();
}

export function writeTraining(path: string, rows: Reduction["training"]): void {
  const writer = createLayerWriter(path, TrainingParquetRow);
  for (const row of rows) {
    const {
      query_id: queryId,
      log_prob: logProb,
      base_log_prob: baseLogProb,
      rejected_base_log_prob: rejectedBaseLogProb,
      ...rest
    } = row;
    const full = { ...rest, queryId, logProb, baseLogProb, rejectedBaseLogProb };
    writer.append(TrainingParquetRow.parse(full));
  }
  writer.close();
}

function rowAt(table: SampleTable, i: number, told: { step: string; verdict: string }): LoopRecordRow {
  const number = (values: Float64Array): number | null => (Number.isNaN(values[i]) ? null : (values[i] ?? null));
  const text = (values: readonly (string | null)[]): string | null => values[i] ?? null;
  return {
    queryId: text(table.query_id) ?? "",
    slice: text(table.slice),
    sampleIdx: number(table.sample_idx) ?? 0,
    temperature: number(table.temperature) ?? 0,
    prompt: text(table.prompt),
    text: text(table.text),
    tokens: number(table.tokens) ?? 0,
    logProb: number(table.log_prob),
    baseLogProb: number(table.base_log_prob),
    answer: text(table.answer),
    correct: table.correct[i] ?? null,
    reward: number(table.reward),
    key: text(table.key),
    strategy: text(table.strategy),
    draft: text(table.draft),
    extra: text(table.extra),
    ...told,
  };
}
