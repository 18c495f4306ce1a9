"""Short-tag classification, each tag by itself."""

import torch.nn.functional as F
from torch import Tensor

from trainer.losses.masked_mean import masked_mean


def tag_bce_loss(logits_BV: Tensor, tags_BV: Tensor, has_tags_B: Tensor) -> Tensor:
    """Binary cross-entropy of every tag of the vocabulary, mean over tags (CatLIP's on nouns). At chance it is ln 2."""
    loss_BV = F.binary_cross_entropy_with_logits(logits_BV, tags_BV, reduction="none")
    return masked_mean(loss_BV.mean(-1), has_tags_B)
