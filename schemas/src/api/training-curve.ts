import { z } from "zod";
import { Id } from "./ids.ts";

const measure = z.number().optional();

/** What was measured at a step. Parts of the loss that the recipe leaves out are absent, as is GPU memory without a GPU. */
export const CurvePoint = z.object({
  step: z.int(),
  loss: z.number(),
  lossClip: measure,
  lossHni: measure,
  lossTags: measure,
  lossDistillation: measure,
  lossEwc: measure,
  lossL2sp: measure,
  learningRate: measure,
  logitScale: measure,
  gradNorm: measure,
  samplesPerSecond: measure,
  memoryBytes: measure,
  gpuMemoryBytes: measure,
});
export type CurvePoint = z.infer<typeof CurvePoint>;

export const Prediction = z.object({
  uid: z.string(),
  text: z.string(),
  top: z.array(z.object({ text: z.string(), cosine: z.number() })).meta({ description: "nearest texts, best first" }),
});

/** A look at the weights that would be exported, on held-out samples where the recipe holds some out. */
export const TrainingLook = z.object({
  step: z.int(),
  loss: z.number(),
  recallAt1: z.number().meta({ description: "image to text" }),
  isHeldOut: z.boolean(),
  predictions: z.array(Prediction).max(8),
});

/** A sign that a training goes wrong, and what to do about it. */
export const TrainingAlarm = z.object({
  step: z.int(),
  code: z.string().meta({ examples: ["divergence", "not_finite", "dead_tags", "collapsed_image_embeddings"] }),
  message: z.string().max(2000),
});

/** No look was better for as long as the recipe waits; the best weights are exported. */
export const TrainingStop = z.object({ step: z.int(), bestStep: z.int(), loss: z.number() });

/** What a task tells while it works. It becomes an event of the run, with `taskId`, `index` and `attempt` beside `data`'s own. */
export const TaskNote = z.discriminatedUnion("type", [
  z.object({ type: z.literal("task.metrics"), data: z.object({ points: z.array(CurvePoint).min(1).max(100) }) }),
  z.object({ type: z.literal("task.look"), data: TrainingLook }),
  z.object({ type: z.literal("task.alarm"), data: TrainingAlarm }),
  z.object({ type: z.literal("task.stopped"), data: TrainingStop }),
]);
export type TaskNote = z.infer<typeof TaskNote>;

export const CurveQuery = z.object({
  points: z.coerce
    .number()
    .int()
    .min(2)
    .max(5000)
    .default(500)
    .meta({ description: "at most so many, taken evenly, the first and the last among them" }),
});
export type CurveQuery = z.infer<typeof CurveQuery>;

export const TrainingCurve = z
  .object({
    object: z.literal("training_curve"),
    runId: Id("run"),
    isLive: z.boolean().meta({ description: "the training goes on: ask again, or follow the run's events" }),
    pointCount: z.int().meta({ description: "how many there are" }),
    points: z.array(CurvePoint),
    looks: z.array(TrainingLook),
    alarms: z.array(TrainingAlarm),
    stop: TrainingStop.nullable().meta({ description: "where the training was ended early" }),
  })
  .meta({ id: "TrainingCurve" });
export type TrainingCurve = z.infer<typeof TrainingCurve>;
