"""Several versions in memory, mixed by their weights."""

import torch
from torch import Tensor

from trainer.order import Order, Plan, Source
from trainer.spec import SpecError


class Mix:
    """Epochs of a mix, as indices into the samples. An epoch is as many batches as there are samples for."""

    def __init__(self, source_N: Tensor, weights: tuple[float, ...], plan: tuple[int, int, int]) -> None:
        self.of_source = [(source_N == source).nonzero().squeeze(1) for source in range(len(weights))]
        for source, samples_N in enumerate(self.of_source):
            if not len(samples_N):
                raise SpecError(f"version {source + 1} of the mix has no samples to train on")
        sources = [Source((len(n_N),), weight) for n_N, weight in zip(self.of_source, weights, strict=True)]
        self.order = Order(sources, Plan(*plan))

    def window(self, epoch: int) -> Tensor:
        return torch.stack([self.of_source[place.shard][place.row] for place in self.order.window(epoch)])


def mix(source_N: Tensor, weights: tuple[float, ...] | None, plan: tuple[int, int, int]) -> Mix | None:
    return Mix(source_N, weights, plan) if weights and len(weights) > 1 else None
