"""Looks at the model every so many steps, raises alarms, and says when to stop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from trainer.checkpoint import Progress
from trainer.model import Trainee
from trainer.recipe import Recipe
from trainer.watch.alarms import Alarm, find_collapse, find_dead_tags, find_divergence
from trainer.watch.look import Probe, Sight, predictions, recall_at_1, see


@dataclass
class Watcher:
    """Writes what it sees into `progress`; `best` holds the weights of the best look while early stopping is on."""

    recipe: Recipe
    probe: Probe | None
    progress: Progress
    best: dict[str, Tensor] = field(default_factory=dict)

    def is_due(self, step: int) -> bool:
        return step % self.recipe.watch.every_steps == 0 or step == self.recipe.steps

    def look(self, trainee: Trainee, agree: Callable[[float], float]) -> dict[str, Any] | None:
        """A look at the trainee as an event's values; `agree` makes one number of what all processes saw."""
        if self.probe is None:
            return None
        step, sight = self.progress.step, see(trainee, self.probe)
        recall = round(recall_at_1(sight, self.probe), 6)
        look = {"step": step, "loss": round(agree(sight.loss), 6), "recall_at_1": recall}
        self.progress.looks.append(look)
        self._judge(step, sight)
        self.progress.predictions = predictions(sight, self.probe, self.recipe.watch.predictions)
        is_held_out = self.recipe.watch.holdout_share > 0
        samples = len(self.probe.uids)
        return {**look, "held_out": is_held_out, "samples": samples, "predictions": self.progress.predictions}

    def is_best(self) -> bool:
        """Whether the last look is better than all before it."""
        losses = [look["loss"] for look in self.progress.looks]
        return len(losses) < 2 or losses[-1] < min(losses[:-1])

    def should_stop(self) -> bool:
        """No look since the best one is better, and as many as the recipe's patience were taken."""
        patience, losses = self.recipe.watch.patience, [look["loss"] for look in self.progress.looks]
        return patience > 0 and len(losses) - 1 - losses.index(min(losses)) >= patience if losses else False

    def check_curve(self) -> None:
        """After a new point of the curve."""
        self._raise(self.progress.curve[-1]["step"], find_divergence(self.progress.curve))

    def _judge(self, step: int, sight: Sight) -> None:
        # Fresh towers start alike and a fresh tag head speaks up for everything: neither is a sign yet.
        if step >= self.recipe.steps / 4:
            self._raise(step, find_collapse(sight.image_ND, "image"))
            self._raise(step, find_collapse(sight.text_ND, "text"))
        if step >= self.recipe.steps / 2 and sight.tag_logits_NV is not None:
            self._raise(step, find_dead_tags(sight.tag_logits_NV, self.recipe.tags.form))

    def _raise(self, step: int, alarm: Alarm | None) -> None:
        """Each alarm once a training: it says what to change, and saying it again changes nothing."""
        if alarm and all(alarm.code != said["code"] for said in self.progress.alarms):
            self.progress.alarms.append({"step": step, **alarm._asdict()})
