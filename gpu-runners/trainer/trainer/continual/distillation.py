"""Learning without forgetting: the old model's beliefs about the new data are soft targets for the new one.

Shape suffixes: B samples of the batch, D embedding width.
"""

import torch.nn.functional as F
from torch import Tensor


def similarity(image_BD: Tensor, text_BD: Tensor, scale: Tensor) -> Tensor:
    """Logits of every image against every text of the batch, from unit vectors."""
    return scale * image_BD @ text_BD.T


def distillation_loss(logits_BB: Tensor, old_logits_BB: Tensor, temperature: float) -> Tensor:
    """KL divergence from the old model's image-text similarity distribution to the new one's, mean of both ways.

    The distillation term of Li and Hoiem 2016 (section 3: both softened by the temperature T), over the texts of the
    batch as classes, as ZSCL does for CLIP (Zheng et al. 2023). Times T^2, so its gradient keeps its size as T grows
    (Hinton et al. 2015, section 2). Zero where the new model believes what the old one did; the old gets no gradient.
    """
    old_logits_BB = old_logits_BB.detach()
    ways = ((logits_BB, old_logits_BB), (logits_BB.T, old_logits_BB.T))
    divergences = [
        F.kl_div(
            (new / temperature).log_softmax(-1),
            (old / temperature).log_softmax(-1),
            reduction="batchmean",
            log_target=True,
        )
        for new, old in ways
    ]
    return temperature**2 * (divergences[0] + divergences[1]) / 2
