"""Hard negatives in the denominator of InfoNCE, as NegCLIP and TripletCLIP have them."""

import math

import torch.nn.functional as F
from torch import Tensor

NEVER = -1e9


def in_denominator_loss(
    image_BD: Tensor,
    positive_BD: Tensor,
    negative_KBD: Tensor,
    *,
    scale: Tensor,
    has_negative_KB: Tensor,
    weight: float = 1.0,
) -> Tensor:
    """What InfoNCE grows by when every image is also told from the negatives of the whole batch.

    NegCLIP's loss is the mean of CE(image to positives and negatives) and CE(text to image): InfoNCE plus this, at
    weight one. `weight` multiplies a negative's exponential. At chance it is ln(1 + weight * K) / 2.
    """
    positive_B = (scale * image_BD @ positive_BD.T).logsumexp(-1)
    logits_BN = scale * image_BD @ negative_KBD.flatten(0, 1).T + math.log(weight)
    negative_B = logits_BN.masked_fill(~has_negative_KB.flatten(), NEVER).logsumexp(-1)
    return F.softplus(negative_B - positive_B).mean() / 2
