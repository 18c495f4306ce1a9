"""The diagonal Fisher information of the contrastive loss, by which EWC tells which weights matter.

Shape suffixes: B samples of a batch.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

Batch = TypeVar("Batch")


def sampled_loss(logits_BB: Tensor, generator: torch.Generator) -> Tensor:
    """InfoNCE, summed both ways, with the pairing drawn from the model's own belief instead of the true one.

    Draws of different rows are independent and each has a gradient of mean zero, so the square of this one gradient is,
    on average, the sum of the squares of the single ones (Martens 2020, "New insights and perspectives on the natural
    gradient method").
    """
    total = logits_BB.new_zeros(())
    for logits in (logits_BB, logits_BB.T):
        drawn_B = torch.multinomial(logits.detach().float().softmax(-1).cpu(), 1, generator=generator).squeeze(1)
        total = total + F.cross_entropy(logits, drawn_B.to(logits.device), reduction="sum")
    return total


def diagonal_fisher(
    parameters: Mapping[str, Tensor],
    batches: Iterable[Batch],
    logits: Callable[[Batch], Tensor],
    generator: torch.Generator,
) -> dict[str, Tensor]:
    """Mean over rows and columns of the squared score, by parameter name (Kirkpatrick et al. 2017, section 2; their F).

    `logits` maps a batch to its image x text logits (B, B). Half of F times a squared step is, to second order, how
    much that step raises the InfoNCE of these batches where the model fits them. `ValueError` without batches.
    """
    fisher = {name: torch.zeros_like(value) for name, value in parameters.items()}
    rows = 0
    for batch in batches:
        logits_BB = logits(batch)
        loss = sampled_loss(logits_BB, generator)
        gradients = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
        for name, gradient in zip(fisher, gradients, strict=True):
            if gradient is not None:
                fisher[name] += gradient.detach() ** 2
        rows += 2 * len(logits_BB)
    if not rows:
        raise ValueError("the Fisher information needs at least one batch")
    return {name: value / rows for name, value in fisher.items()}
