"""Short-tag classification as SuperClass and SuperCLIP do it with the words of a caption."""

import torch
from torch import Tensor

from trainer.losses.masked_mean import masked_mean


def tag_softmax_loss(logits_BV: Tensor, tags_BV: Tensor, has_tags_B: Tensor, weight_V: Tensor) -> Tensor:
    """Cross-entropy of one softmax with the target w_c y_c / sum(w y). At chance it is ln V.

    A sample none of whose tags weighs anything doesn't count.
    """
    target_BV = tags_BV * weight_V
    total_B1 = target_BV.sum(-1, keepdim=True)
    loss_B = -(target_BV / total_B1.clamp(min=1e-12) * logits_BV.log_softmax(-1)).sum(-1)
    return masked_mean(loss_B, has_tags_B & (total_B1.squeeze(-1) > 0))


def idf(count_V: Tensor, sample_count: int) -> Tensor:
    """w_c = ln(N / n_c), n_c the samples that have tag c; zero for a tag that all have."""
    return torch.log(sample_count / count_V.clamp(min=1).float())
