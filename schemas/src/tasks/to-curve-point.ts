import type { CurvePoint } from "../api/training-curve.ts";
import type { CurveLine } from "./train-spec.ts";

const spelling = {
  loss_clip: "lossClip",
  loss_hni: "lossHni",
  loss_tags: "lossTags",
  loss_distillation: "lossDistillation",
  loss_ewc: "lossEwc",
  loss_l2sp: "lossL2sp",
  lr: "learningRate",
  logit_scale: "logitScale",
  grad_norm: "gradNorm",
  samples_per_second: "samplesPerSecond",
  memory_bytes: "memoryBytes",
  gpu_memory_bytes: "gpuMemoryBytes",
} as const satisfies Partial<Record<keyof CurveLine, keyof CurvePoint>>;

/** A point as the API tells it; what was not measured is left out. */
export function toCurvePoint(line: CurveLine): CurvePoint {
  const point: CurvePoint = { step: line.step, loss: line.loss };
  for (const [from, to] of Object.entries(spelling)) {
    const value = line[from as keyof typeof spelling];
    if (value !== null && value !== undefined) point[to] = value;
  }
  return point;
}
