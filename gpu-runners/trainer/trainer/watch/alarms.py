"""Alarms: signs that a training goes wrong, each with what to do about it.

They are functions of what was measured, not of hidden state, so a resumed training raises the same ones.
Shape suffixes: N probed samples, D embedding width, V tag vocabulary.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

SMOOTHED_POINTS = 5
DIVERGED_FACTOR = 1.5
DIVERGED_MARGIN = 0.1
COLLAPSED_COSINE = 0.98


class Alarm(NamedTuple):
    code: str
    message: str


def find_divergence(curve: Sequence[dict[str, Any]]) -> Alarm | None:
    """The loss, as the mean of five points, stands half above its lowest so far (and by 0.1 at least)."""
    losses = [point["loss"] for point in curve]
    if len(losses) < 2 * SMOOTHED_POINTS:
        return None
    means = [sum(losses[i : i + SMOOTHED_POINTS]) / SMOOTHED_POINTS for i in range(len(losses) - SMOOTHED_POINTS + 1)]
    lowest = min(range(len(means)), key=means.__getitem__)
    if means[-1] < max(DIVERGED_FACTOR * means[lowest], means[lowest] + DIVERGED_MARGIN):
        return None
    step = curve[lowest + SMOOTHED_POINTS - 1]["step"]
    return Alarm(
        "divergence",
        f"the loss rose from {means[lowest]:.3f} (step {step}) to {means[-1]:.3f}: "
        "lower learningRate or raise warmupSteps",
    )


def find_collapse(embedding_ND: Tensor, what: str) -> Alarm | None:
    """Embeddings of different samples point the same way: their mean cosine is above 0.98. `what` is image or text."""
    count = len(embedding_ND)
    if count < 2:
        return None
    unit_ND = F.normalize(embedding_ND.float(), dim=-1)
    cosine = (unit_ND.sum(0).square().sum() - count).item() / (count * (count - 1))
    if cosine <= COLLAPSED_COSINE:
        return None
    return Alarm(
        f"collapsed_{what}_embeddings",
        f"{what} embeddings are all alike (mean cosine {cosine:.3f}): lower learningRate or start from a trained model",
    )


def find_dead_tags(logits_NV: Tensor, form: str) -> Alarm | None:
    """The tag head says nothing: `bce` lifts no tag to probability 1/2, a softmax gives every sample the same tag."""
    if form == "bce":
        if bool((logits_NV > 0).any()):
            return None
        highest = logits_NV.max().sigmoid().item()
        why = f"no tag reaches probability 0.5 (the highest is {highest:.2f})"
    else:
        if len(logits_NV) < 2 or len(torch.unique(logits_NV.argmax(-1))) > 1:
            return None
        why = "every sample gets the same tag"
    return Alarm("dead_tags", f"the tag head is dead, {why}: raise tags.weight or lower tags.vocabularySize")
