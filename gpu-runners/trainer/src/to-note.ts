import type { TaskNote } from "@whetstone/schemas/api";
import { toCurvePoint, type TrainEvent } from "@whetstone/schemas/tasks";

const maxPredictions = 8;
const maxText = 200;

/** What the run's events tell of a training: its curve, looks, alarms and an early stop. */
export function toNote(event: TrainEvent): TaskNote | undefined {
  switch (event.type) {
    case "progress":
      return { type: "task.metrics", data: { points: [toCurvePoint(event)] } };
    case "look": {
      const { step, loss, recall_at_1: recallAt1, held_out: isHeldOut } = event;
      return { type: "task.look", data: { step, loss, recallAt1, isHeldOut, predictions: shorten(event.predictions) } };
    }
    case "alarm": {
      const { step, code, message } = event;
      return { type: "task.alarm", data: { step, code, message } };
    }
    case "stop":
      return { type: "task.stopped", data: { step: event.step, bestStep: event.best_step, loss: event.loss } };
    default:
      return undefined;
  }
}

type Predictions = Extract<TrainEvent, { type: "look" }>["predictions"];

const shorten = (predictions: Predictions): Predictions =>
  predictions.slice(0, maxPredictions).map(({ uid, text, top }) => ({
    uid,
    text: text.slice(0, maxText),
    top: top.map((best) => ({ ...best, text: best.text.slice(0, maxText) })),
  }));
