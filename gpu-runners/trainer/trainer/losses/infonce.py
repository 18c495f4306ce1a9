"""CLIP's contrastive loss."""

import torch
import torch.nn.functional as F
from torch import Tensor


def infonce_loss(image_BD: Tensor, text_BD: Tensor, scale: Tensor) -> Tensor:
    """InfoNCE both ways over unit vectors, open_clip's `ClipLoss`. At chance it is ln B."""
    logits_BB = scale * image_BD @ text_BD.T
    target_B = torch.arange(len(logits_BB), device=logits_BB.device)
    return (F.cross_entropy(logits_BB, target_B) + F.cross_entropy(logits_BB.T, target_B)) / 2
