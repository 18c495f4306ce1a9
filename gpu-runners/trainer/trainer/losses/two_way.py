"""Hard-negative identification as HQ-CLIP's figure shows it."""

import torch.nn.functional as F
from torch import Tensor

from trainer.losses.masked_mean import masked_mean


def two_way_loss(
    image_BD: Tensor, positive_BD: Tensor, negative_KBD: Tensor, *, scale: Tensor, has_negative_KB: Tensor
) -> Tensor:
    """Of my positive and an own negative text, which is mine? At chance it is ln 2.

    HQ-CLIP publishes no formula; a two-way softmax at CLIP's temperature is the form its figure shows. The mean is over
    the negatives there are: a sample without one doesn't count, and with none at all the loss is zero.
    """
    margin_KB = scale * (image_BD * (negative_KBD - positive_BD)).sum(-1)
    return masked_mean(F.softplus(margin_KB), has_negative_KB)
