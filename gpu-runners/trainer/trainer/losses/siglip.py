"""SigLIP's contrastive loss (Zhai et al. 2023)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def siglip_loss(image_BD: Tensor, text_BD: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    """Each pair by itself: does this text belong to this image? open_clip's `SigLipLoss`, summed over an image's texts.

    At chance, all logits zero, it is B ln 2.
    """
    logits_BB = scale * image_BD @ text_BD.T + bias
    sign_BB = 2 * torch.eye(len(logits_BB), device=logits_BB.device, dtype=logits_BB.dtype) - 1
    return -F.logsigmoid(sign_BB * logits_BB).sum() / len(logits_BB)
