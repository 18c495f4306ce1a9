"""Averages of weights: over time (EMA), and between the model training started from and its end (WiSE-FT)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

State = dict[str, Tensor]


def copy_state(module: nn.Module) -> State:
    """Its weights and buffers as they are now."""
    return {name: value.detach().clone() for name, value in module.state_dict().items()}


@torch.no_grad()
def update_ema(average: State, module: nn.Module, decay: float, step: int) -> None:
    """Moves the average to the weights after 1-based `step`: `average = d * average + (1 - d) * weights`.

    `d` is the decay, but no more than `(1 + step) / (10 + step)`, so that a short run's average is not its start (as in
    TensorFlow's ExponentialMovingAverage with `num_updates`). Counters and other whole numbers are copied.
    """
    kept = min(decay, (1 + step) / (10 + step))
    for name, value in module.state_dict().items():
        if value.is_floating_point():
            average[name].lerp_(value, 1 - kept)
        else:
            average[name].copy_(value)


@torch.no_grad()
def interpolate(start: Mapping[str, Tensor], end: Mapping[str, Tensor], alpha: float) -> State:
    """WiSE-FT: `(1 - alpha) * start + alpha * end` of every weight (Wortsman et al. 2022, section 3)."""
    if alpha == 1:
        return {name: value.clone() for name, value in end.items()}
    return {
        name: torch.lerp(start[name], value, alpha) if value.is_floating_point() else value.clone()
        for name, value in end.items()
    }


@contextmanager
def swapped(module: nn.Module, state: Mapping[str, Tensor] | None) -> Iterator[None]:
    """The module with other weights for a while, then its own again, bit for bit."""
    if state is None:
        yield
        return
    own = copy_state(module)
    module.load_state_dict(dict(state))
    try:
        yield
    finally:
        module.load_state_dict(own)
