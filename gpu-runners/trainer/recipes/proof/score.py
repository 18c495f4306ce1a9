"""Scores of a trained package, in PyTorch, by CLIP_benchmark's definitions; chance in brackets.

Shape suffixes: N pictures, C classes or captions, D embedding width.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.model import build_clip
from trainer.text import ClipTokenizer

Encode = Callable[[list[str]], Tensor]


@torch.no_grad()
def load_encoders(folder: Path) -> tuple[Callable[[np.ndarray], Tensor], Encode]:
    """Unit vectors of uint8 pictures at the model's size, and of texts."""
    package = json.loads((folder / "model.json").read_text())
    clip = build_clip(package["architecture"], folder / "weights.safetensors").eval()
    tokenizer = ClipTokenizer(folder / "tokenizer.json", package)
    mean, std = (255 * torch.tensor(package["image"][key]).view(3, 1, 1) for key in ("mean", "std"))

    @torch.no_grad()
    def images(pixels_NHWC: np.ndarray) -> Tensor:
        x_NCHW = (torch.from_numpy(pixels_NHWC).permute(0, 3, 1, 2).float() - mean) / std
        return torch.cat([F.normalize(clip.encode_image(part), dim=-1) for part in x_NCHW.split(500)])

    @torch.no_grad()
    def texts(values: list[str]) -> Tensor:
        distinct = sorted(set(values))
        place = {text: i for i, text in enumerate(distinct)}
        tokens = tokenizer(distinct).long()
        found = torch.cat([F.normalize(clip.encode_text(part), dim=-1) for part in tokens.split(500)])
        return found[[place[value] for value in values]]

    return images, texts


def zero_shot(image_ND: Tensor, labels: list[int], prompts: list[str], encode: Encode) -> float:
    """Top-1 accuracy among the prompts, in percent [100 / C]."""
    return _percent((image_ND @ encode(prompts).T).argmax(-1) == torch.tensor(labels))


def retrieval(image_ND: Tensor, captions: list[str], encode: Encode) -> float:
    """DataComp's mean recall@1 in percent. Pictures may share a caption: any of those that have it is right."""
    distinct = sorted(set(captions))
    own_N = torch.tensor([distinct.index(caption) for caption in captions])
    scores_NC = image_ND @ encode(distinct).T
    to_text = (scores_NC.argmax(-1) == own_N).float().mean()
    to_image = (own_N[scores_NC.argmax(0)] == torch.arange(len(distinct))).float().mean()
    return float(50 * (to_text + to_image))


def pairs(image_ND: Tensor, true: list[str], false: list[str], encode: Encode) -> float:
    """Share of pictures strictly closer to their caption than to its false twin, in percent [50]."""
    margin_N = ((encode(true) - encode(false)) * image_ND).sum(-1)
    return _percent(margin_N > 0)


def _percent(right_N: Tensor) -> float:
    return float(100 * right_N.float().mean())
