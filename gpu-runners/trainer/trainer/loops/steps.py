"""Steps down a loss, told of on the way; one that is no number ends them."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from trainer.loops.optimiser import Optimiser
from trainer.loops.spec import LoopError


def take_steps(optimiser: Optimiser, loss_of: Callable[[int], Tensor], say: Callable[..., None]) -> dict[str, Any]:
    """`loss_of` is asked for the loss of the optimiser's 0-based step. The summary of a learn step."""
    steps, losses = optimiser.learning.steps, []
    for step in range(steps):
        loss = loss_of(optimiser.done)
        if not bool(loss.isfinite()):
            raise LoopError(
                "loss_not_finite",
                f"the loss of step {step + 1} is {float(loss.detach())}; the weights stay as they were",
            )
        optimiser.step(loss)
        losses.append(float(loss.detach()))
        if (step + 1) % 10 == 0 or step + 1 == steps:
            say("progress", done=step + 1, total=steps, loss=losses[-1])
    tenth = max(1, len(losses) // 10)
    mean = sum(losses[-tenth:]) / tenth if losses else None
    first = sum(losses[:tenth]) / tenth if losses else None
    return {"steps": steps, "firstLoss": first, "loss": mean, "doneSteps": optimiser.done}
