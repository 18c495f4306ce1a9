"""Means over some of a batch."""

import torch
from torch import Tensor


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of the values where the mask is true; zero, without a gradient, when it nowhere is."""
    return torch.where(mask, values, 0.0).sum() / mask.sum().clamp(min=1)
