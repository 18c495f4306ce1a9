import type { Evaluation, EvaluationResult } from "@whetstone/schemas/api";

const statuses = {
  queued: "queued",
  running: "in_progress",
  cancelling: "in_progress",
  succeeded: "completed",
  failed: "failed",
  cancelled: "canceled",
} as const satisfies Record<Evaluation["status"], string>;

/** The evaluation as an `eval.run` of OpenAI's, for programs that read those. Samples are counted by their main figure where it is a share of samples. */
export function toOpenAi(evaluation: Evaluation): Record<string, unknown> {
  const { id, modelId, suiteId, versionId, results } = evaluation;
  const counted = (results ?? []).map(countSamples);
  const sum = (pick: (one: Counts) => number) => counted.reduce((total, one) => total + pick(one), 0);
  return {
    id,
    object: "eval.run",
    eval_id: suiteId ?? versionId,
    name: evaluation.name,
    model: modelId,
    status: statuses[evaluation.status],
    data_source: suiteId === null ? { type: "version", id: versionId } : { type: "suite", id: suiteId },
    result_counts: {
      total: sum(({ total }) => total),
      passed: sum(({ passed }) => passed),
      failed: sum(({ total, passed }) => total - passed),
      errored: (results ?? []).filter(({ status }) => status === "failed").length,
    },
    per_testing_criteria_results: (results ?? []).flatMap((result, index) => {
      const one = counted[index];
      if (!result.main || !one) return [];
      return [
        {
          testing_criteria: `${result.name} ${result.main.metric}`,
          passed: one.passed,
          failed: one.total - one.passed,
          score: result.main.value,
        },
      ];
    }),
    report_url: evaluation.reportUrl,
    error: results?.find(({ error }) => error)?.error ?? null,
    metadata: evaluation.metadata,
    created_at: Math.floor(Date.parse(evaluation.createdAt) / 1000),
  };
}

interface Counts {
  total: number;
  passed: number;
}

function countSamples({ scores, main }: EvaluationResult): Counts {
  const total = scores?.[0]?.sampleCount ?? 0;
  return { total, passed: Math.round(total * Math.min(1, Math.max(0, main?.value ?? 0))) };
}
