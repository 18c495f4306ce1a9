"""A look at the model while it trains: a fixed set of samples, seen without augmentation and without gradients.

Shape suffixes: N probed samples, B a chunk of them, C channels, H and W pixels, L tokens, D embedding width, V tags.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from trainer.losses.infonce import infonce_loss
from trainer.model import Towers, Trainee

TOP_TEXTS = 3


@dataclass(frozen=True)
class Probe:
    """The samples looked at. `images` gives normalised pixels (B, C, H, W) of samples; `texts` are for people."""

    index_N: Tensor
    tokens_NL: Tensor
    uids: list[str]
    texts: list[str]
    images: Callable[[Tensor], Tensor]
    chunk: int

    def chunks(self) -> Iterator[tuple[Tensor, Tensor]]:
        for index_B, tokens_BL in zip(self.index_N.split(self.chunk), self.tokens_NL.split(self.chunk), strict=True):
            yield self.images(index_B), tokens_BL


class Sight(NamedTuple):
    """What the model makes of the probe: mean InfoNCE of its chunks, and unit vectors."""

    loss: float
    image_ND: Tensor
    text_ND: Tensor
    tag_logits_NV: Tensor | None


@torch.no_grad()
def see(trainee: Trainee, probe: Probe) -> Sight:
    """Every process of a sharded model must look together."""
    was_training = trainee.training
    trainee.eval()
    towers: list[Towers] = [trainee(images, tokens) for images, tokens in probe.chunks()]
    trainee.train(was_training)
    losses = [infonce_loss(t.image_BD, t.text_TD, t.scale).item() * len(t.image_BD) for t in towers]
    tags = [t.tag_logits_BV for t in towers if t.tag_logits_BV is not None]
    return Sight(
        sum(losses) / len(probe.index_N),
        torch.cat([t.image_BD for t in towers]),
        torch.cat([t.text_TD for t in towers]),
        torch.cat(tags).float() if tags else None,
    )


def recall_at_1(sight: Sight, probe: Probe) -> float:
    """Share of images whose nearest text of the probe is their own, or one of the same tokens."""
    nearest_N = torch.cat([(image_BD @ sight.text_ND.T).argmax(-1) for image_BD in sight.image_ND.split(1024)]).cpu()
    tokens_NL = probe.tokens_NL.cpu()
    return (tokens_NL[nearest_N] == tokens_NL).all(-1).float().mean().item()


def predictions(sight: Sight, probe: Probe, count: int) -> list[dict[str, Any]]:
    """The first samples of the probe, each with its own text and the best ones, by cosine."""
    told = []
    for row in range(min(count, len(probe.uids))):
        cosine_N = sight.text_ND @ sight.image_ND[row]
        top, which = cosine_N.topk(min(TOP_TEXTS, len(cosine_N)))
        best = [
            {"text": probe.texts[i], "cosine": round(value, 4)}
            for i, value in zip(which.tolist(), top.tolist(), strict=True)
        ]
        told.append({"uid": probe.uids[row], "text": probe.texts[row], "top": best})
    return told
