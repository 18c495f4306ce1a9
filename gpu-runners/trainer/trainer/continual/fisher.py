"""The diagonal Fisher information of a loss, by which EWC tells which weights matter.

Shape suffixes: B samples of a batch, K classes.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

Batch = TypeVar("Batch")


class Score(NamedTuple):
    """A sum of log losses against classes drawn from the model's own belief, and how many they are."""

    loss: Tensor
    draws: int


def sampled_cross_entropy(logits_BK: Tensor, generator: torch.Generator) -> Score:
    """Cross-entropy with classes drawn from the model's own belief instead of the true ones.

    Draws of different rows are independent and each has a gradient of mean zero, so the square of the sum's one
    gradient is, on average, the sum of the squares of the single ones (Martens 2020, "New insights and perspectives on
    the natural gradient method").
    """
    drawn_B = torch.multinomial(logits_BK.detach().float().softmax(-1).cpu(), 1, generator=generator).squeeze(1)
    return Score(F.cross_entropy(logits_BK, drawn_B.to(logits_BK.device), reduction="sum"), len(logits_BK))


def sampled_infonce(logits_BB: Tensor, generator: torch.Generator) -> Score:
    """The same for InfoNCE: every image chooses among the texts of its batch, every text among the images."""
    images, texts = (sampled_cross_entropy(logits, generator) for logits in (logits_BB, logits_BB.T))
    return Score(images.loss + texts.loss, images.draws + texts.draws)


def diagonal_fisher(
    parameters: Mapping[str, Tensor], batches: Iterable[Batch], score: Callable[[Batch], Score]
) -> dict[str, Tensor]:
    """Mean square of the score over draws, by parameter name (Kirkpatrick et al. 2017, section 2; their F).

    Half of F times a squared step is, to second order, how much that step raises the loss of these batches where the
    model fits them. Clears the parameters' gradients. Raises `ValueError` without batches.
    """
    fisher = {name: torch.zeros_like(value) for name, value in parameters.items()}
    draws = 0
    for batch in batches:
        loss, count = score(batch)
        # By `.grad`, where sharded parameters have theirs too.
        loss.backward()
        for name, parameter in parameters.items():
            if parameter.grad is not None:
                fisher[name] += parameter.grad.detach() ** 2
            parameter.grad = None
        draws += count
    if not draws:
        raise ValueError("the Fisher information needs at least one batch")
    return {name: value / draws for name, value in fisher.items()}
