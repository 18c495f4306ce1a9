"""Hard-negative identification as FSC-CLIP's global hard-negative loss (Oh et al., EMNLP 2024)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.losses.masked_mean import masked_mean

NEVER = -1e9


def one_plus_k_loss(
    logits_B1K: Tensor, has_negative_BK: Tensor, *, focal_gamma: float = 0.0, label_smoothing: float = 0.0
) -> Tensor:
    """One softmax over a sample's positive text (column 0) and its own K negatives. At chance it is ln(1 + K).

    `focal_gamma` weighs down what is known already; `label_smoothing` gives the negatives there are a share of the
    target. A missing negative takes no part in the softmax (FSC-CLIP's code leaves it in with logit zero).
    """
    is_there_B1K = F.pad(has_negative_BK, (1, 0), value=True)
    loss_B1K = -logits_B1K.masked_fill(~is_there_B1K, NEVER).log_softmax(-1)
    if focal_gamma:
        # Never quite zero: a power below one has no slope there.
        loss_B1K = loss_B1K * (-torch.expm1(-loss_B1K)).clamp(min=1e-7) ** focal_gamma
    share_B1 = label_smoothing / is_there_B1K.sum(-1, keepdim=True)
    target_B1K = share_B1 * is_there_B1K
    target_B1K = target_B1K + F.pad(torch.zeros_like(has_negative_BK), (1, 0), value=True) * (1 - label_smoothing)
    return masked_mean((target_B1K * loss_B1K).sum(-1), has_negative_BK.any(-1))


def own_logits(image_BD: Tensor, positive_BD: Tensor, negative_KBD: Tensor, scale: Tensor) -> Tensor:
    """Logits of each image with its own texts, the positive first."""
    text_B1KD = torch.cat([positive_BD.unsqueeze(0), negative_KBD]).transpose(0, 1)
    return scale * torch.einsum("bd,bkd->bk", image_BD, text_B1KD)
