"""Quadratic pulls towards the weights training started from: EWC and L2-SP.

Their gradient is known in closed form, so it is added to `.grad` after the backward pass: no graph, and sharded
parameters need no gathering.
"""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor


@torch.no_grad()
def pull(
    parameters: Iterable[tuple[str, Tensor]],
    start: Mapping[str, Tensor],
    *,
    weight: float,
    importance: Mapping[str, Tensor] | None = None,
) -> Tensor:
    """Adds the gradient of `weight/2 * sum importance * (parameter - start)^2` to `.grad`; returns that penalty.

    With the diagonal Fisher information as importance it is EWC (Kirkpatrick et al. 2017, eq. 3), with none it is L2-SP
    (Li, Grandvalet and Davoine 2018). Parameters that `start` does not name are free.
    """
    total = torch.zeros(())
    for name, parameter in parameters:
        if name not in start or parameter.grad is None:
            continue
        moved = parameter.detach() - start[name]
        gradient = weight * (moved if importance is None else importance[name] * moved)
        parameter.grad.add_(gradient)
        total = total.to(parameter.device) + (gradient * moved).sum() / 2
    return total
