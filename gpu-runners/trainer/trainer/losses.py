"""The losses of HQ-CLIP, as plain functions. Shape suffixes: B batch, D embedding width, V tag vocabulary."""

import torch
import torch.nn.functional as F
from torch import Tensor


def contrastive_loss(image_BD: Tensor, text_BD: Tensor, scale: Tensor) -> Tensor:
    """InfoNCE both ways over unit vectors, as in CLIP. At chance it is ln B."""
    logits_BB = scale * image_BD @ text_BD.T
    target_B = torch.arange(len(logits_BB), device=logits_BB.device)
    return (F.cross_entropy(logits_BB, target_B) + F.cross_entropy(logits_BB.T, target_B)) / 2


def hard_negative_loss(
    image_BD: Tensor, positive_BD: Tensor, negative_BD: Tensor, *, scale: Tensor, has_negative_B: Tensor
) -> Tensor:
    """Hard-negative identification: of my positive and my own negative text, which is mine? At chance it is ln 2.

    The paper publishes no formula; this two-way softmax at CLIP's temperature is the form its figure shows.
    Samples without a negative don't count; with none at all the loss is zero.
    """
    margin_B = scale * (image_BD * (negative_BD - positive_BD)).sum(-1)
    return masked_mean(F.softplus(margin_B), has_negative_B)


def tag_loss(logits_BV: Tensor, target_BV: Tensor, has_tags_B: Tensor) -> Tensor:
    """Short-tag classification: binary cross-entropy of every tag of the vocabulary. At chance it is ln 2."""
    loss_BV = F.binary_cross_entropy_with_logits(logits_BV, target_BV, reduction="none")
    return masked_mean(loss_BV.mean(-1), has_tags_B)


def masked_mean(values_B: Tensor, mask_B: Tensor) -> Tensor:
    """Mean of the values where the mask is true; zero when it nowhere is."""
    return torch.where(mask_B, values_B, 0.0).sum() / mask_B.sum().clamp(min=1)
