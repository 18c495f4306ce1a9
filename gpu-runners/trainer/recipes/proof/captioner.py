"""The refiner of the CIFAR proof: a small label model that looks at picture and alt-text and writes the four texts.

It stands for HQ-CLIP's fine-tuned LVLM: taught on a seed set with true labels, then let loose on the corpus with its
own errors. Nothing of the corpus's true labels reaches it. Features are those of Coates & Ng (2011): random whitened
patches, two-sided rectification, pooling over quadrants; ridge regression on top.
Shape suffixes: N pictures, C classes, F features, P patches.
"""

import random
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from recipes.proof.texts import CLASSES, Seen, colours, contradiction, mentioned

FILTERS, PATCH, THRESHOLD = 256, 6, 0.5
SURELY_NOT = 0.05


class Captioner(NamedTuple):
    filters_F: Tensor
    normal: tuple[Tensor, Tensor]
    ridge_FC: Tensor
    temperature: float
    mention_CM: Tensor
    """How often an alt-text names class m (last: none) of a picture of class c, counted on the seed set."""

    def posterior(self, pixels_NHWC: np.ndarray, texts: list[str], *, reads: bool = True) -> Tensor:
        """Class probabilities from the picture and, if it `reads`, from what the alt-text names."""
        scores_NC = featurise(pixels_NHWC, self.filters_F, self.normal) @ self.ridge_FC
        log_NC = (scores_NC * self.temperature).log_softmax(-1)
        if reads:
            log_NC = log_NC + self.mention_CM[:, [mentioned(text) for text in texts]].T.log()
        return log_NC.softmax(-1)


def teach(pixels_NHWC: np.ndarray, labels: list[int], texts: list[str]) -> Captioner:
    """Fits the label model on a seed set: ridge on four fifths, its temperature on the rest."""
    generator = torch.Generator().manual_seed(0)
    x_NCHW = _normalise(pixels_NHWC)
    patches_PK = F.unfold(x_NCHW, PATCH).transpose(1, 2).flatten(0, 1)
    patches_PK = patches_PK[torch.randperm(len(patches_PK), generator=generator)[:20_000]]
    patches_PK = patches_PK - patches_PK.mean(0)
    value_K, vector_KK = torch.linalg.eigh(patches_PK.T @ patches_PK / len(patches_PK))
    whiten_KK = vector_KK @ torch.diag((value_K + 0.1).rsqrt()) @ vector_KK.T
    filters = F.normalize(patches_PK[:FILTERS] @ whiten_KK, dim=-1) @ whiten_KK
    identity = (torch.zeros(1), torch.ones(1))
    raw_NF = featurise(pixels_NHWC, filters, identity)
    normal = raw_NF.mean(0), raw_NF.std(0) + 1e-3
    x_NF, target_NC = (raw_NF - normal[0]) / normal[1], F.one_hot(torch.tensor(labels), len(CLASSES)).float()
    cut = len(labels) * 4 // 5
    ridge_FC = _ridge(x_NF[:cut], target_NC[:cut])
    held, truth = x_NF[cut:] @ ridge_FC, torch.tensor(labels[cut:])
    temperature = min((float(t) for t in range(1, 31)), key=lambda t: float(F.cross_entropy(held * t, truth)))
    mention_CM = torch.ones(len(CLASSES), len(CLASSES) + 1)
    for label, text in zip(labels, texts, strict=True):
        mention_CM[label, mentioned(text)] += 1
    return Captioner(
        filters, normal, _ridge(x_NF, target_NC), temperature, mention_CM / mention_CM.sum(-1, keepdim=True)
    )


def write_texts(
    captioner: Captioner, pixels_NHWC: np.ndarray, texts: list[str], seed: str
) -> tuple[list[dict[str, Any]], Tensor]:
    """The refinement of each picture, and the class it was taken for."""
    probability_NC = captioner.posterior(pixels_NHWC, texts)
    rows: list[dict[str, Any]] = []
    for i, (seen_colours, share_C) in enumerate(zip(colours(pixels_NHWC), probability_NC.tolist(), strict=True)):
        rng = random.Random(f"{seed} {i}")
        best = int(np.argmax(share_C))
        unlikely = [name for name, p in zip(CLASSES, share_C, strict=True) if p < SURELY_NOT]
        seen = Seen(CLASSES[best], *seen_colours)
        false = contradiction(seen, unlikely or [n for n in CLASSES if n != seen.name], rng)
        rows.append(
            {
                "positive_description": seen.caption(),
                "negative_description": false.caption(),
                "positive_tags": seen.tags(),
                "negative_tags": false.tags(),
            }
        )
    return rows, probability_NC.argmax(-1)


def featurise(pixels_NHWC: np.ndarray, filters: Tensor, normal: tuple[Tensor, Tensor]) -> Tensor:
    kernel = filters.view(-1, 3, PATCH, PATCH)
    parts = []
    for x_NCHW in _normalise(pixels_NHWC).split(250):
        response = F.conv2d(x_NCHW, kernel, stride=2)
        both = torch.cat([F.relu(response - THRESHOLD), F.relu(-response - THRESHOLD)], dim=1)
        parts.append(F.adaptive_avg_pool2d(both, 2).flatten(1))
    return (torch.cat(parts) - normal[0]) / normal[1]


def _normalise(pixels_NHWC: np.ndarray) -> Tensor:
    x_NCHW = torch.from_numpy(pixels_NHWC).permute(0, 3, 1, 2).float() / 255
    return (x_NCHW - x_NCHW.mean((1, 2, 3), keepdim=True)) / (x_NCHW.std((1, 2, 3), keepdim=True) + 0.04)


def _ridge(x_NF: Tensor, target_NC: Tensor, strength: float = 300.0) -> Tensor:
    gram_FF = x_NF.T @ x_NF + strength * torch.eye(x_NF.shape[1])
    return torch.linalg.solve(gram_FF, x_NF.T @ (target_NC - target_NC.mean(0)))
