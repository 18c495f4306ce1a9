"""The curve of a training: a point now and then, and the run's figures from all of them."""

import math
import time
from typing import Any

from trainer.spec import SpecError
from trainer.step import Outcome, Training
from trainer.watch.memory import memory

CURVE_POINTS = 200
REPORT_SECONDS = 5.0
FIGURES = {
    "loss": "loss",
    "lossClip": "loss_clip",
    "lossHni": "loss_hni",
    "lossTags": "loss_tags",
    "lossDistillation": "loss_distillation",
    "lossEwc": "loss_ewc",
    "lossL2sp": "loss_l2sp",
}


class NotFiniteError(SpecError):
    """A loss or a gradient is no number; from there on no weight would be one."""


class Clock:
    """Decides when to report, and measures speed between reports.

    Beside a point every 200th of the steps there is one every five seconds, less often as time goes by: a day makes
    some two thousand points, a month four.
    """

    def __init__(self, total_steps: int, batch_size: int) -> None:
        self.total_steps, self.batch_size = total_steps, batch_size
        self.every = max(1, total_steps // CURVE_POINTS)
        self.started = time.monotonic()
        self.at, self.step = self.started, None

    def is_due(self, step: int) -> bool:
        if self.step is None:
            self.step = step - 1
        now = time.monotonic()
        patience = max(REPORT_SECONDS, (now - self.started) / CURVE_POINTS)
        return step % self.every == 0 or step == self.total_steps or now - self.at > patience

    def point(self, step: int, outcome: Outcome, training: Training) -> dict[str, Any]:
        """One point of the curve; refuses to go on from a loss or a gradient that is no number."""
        parts = {name: None if loss is None else loss.item() for name, loss in outcome.parts.items()}
        norm = outcome.gradient_norm.item()
        for what, value in (("loss", parts["loss"]), ("gradient norm", norm)):
            if value is None or not math.isfinite(value):
                raise NotFiniteError(
                    f"the {what} is {value} at step {step}: try a lower learningRate or a longer warmupSteps, and fp32 "
                    "where precision is bf16"
                )
        now = time.monotonic()
        speed = (step - (self.step or 0)) * self.batch_size / max(now - self.at, 1e-9)
        self.at, self.step = now, step
        return {
            "step": step,
            "total_steps": self.total_steps,
            **{name: None if value is None else round(value, 6) for name, value in parts.items()},
            "lr": outcome.rate,
            "logit_scale": round(training.trainee.clip.logit_scale.exp().item(), 4),
            "samples_per_second": round(speed, 1),
            "grad_norm": round(norm, 4),
            **memory(training.place.device),
        }


def summarise(curve: list[dict[str, Any]]) -> dict[str, Any]:
    """The run's figures: losses as means of the last tenth of the curve, speed as the median."""
    last = curve[-max(1, len(curve) // 10) :]
    speeds = sorted(point["samples_per_second"] for point in curve)
    means = {
        name: round(sum(point[key] for point in last) / len(last), 6)
        for name, key in FIGURES.items()
        if last[-1].get(key) is not None
    }
    final = {"steps": last[-1]["step"], "logitScale": last[-1]["logit_scale"]}
    peaks = {"memoryBytes": last[-1]["memory_bytes"], "gpuMemoryBytes": last[-1]["gpu_memory_bytes"]}
    peaks = {name: value for name, value in peaks.items() if value is not None}
    return {**final, **means, "samplesPerSecond": speeds[len(speeds) // 2], **peaks}
