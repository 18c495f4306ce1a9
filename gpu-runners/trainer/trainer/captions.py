"""Which texts a sample may be shown with, and which of them it is shown with at a step.

Shape suffixes: N samples, B batch, P texts of all samples, L tokens.
"""

import re
from typing import Any, NamedTuple

import torch
from torch import Tensor

from trainer.recipe import Recipe

# Chinese and Japanese set no space after their marks.
SENTENCE_END = re.compile("(?<=[.!?])\\s+|(?<=[\u3002\uff01\uff1f])\\s*(?!$)")
CLAUSE_END = re.compile("(?<=[.!?,;:])\\s+|(?<=[\u3002\uff01\uff1f\uff0c\uff1b])\\s*(?!$)")
MIN_WORDS = 2


class Pieces(NamedTuple):
    """Token rows of all parts of all samples: those of sample n are `count_N[n]` rows from `first_N[n]` on."""

    tokens_PL: Tensor
    first_N: Tensor
    count_N: Tensor

    def rows(self, index_B: Tensor, choice_B: Tensor) -> Tensor:
        return self.tokens_PL[self.first_N[index_B] + choice_B]


def uses_positives(recipe: Recipe) -> bool:
    return recipe.captions.schedule == "uniform" or recipe.positive_probability > 0


def positive_texts(raw: str, refined: dict[str, Any] | None, recipe: Recipe) -> list[str]:
    """All texts the sample may be shown with as its own, the raw one first. Without a refinement there is no other."""
    description = refined["positive_description"] if refined else ""
    return [raw, *cut(description, recipe.captions.pieces)] if description else [raw]


def cut(description: str, pieces: str) -> list[str]:
    """Parts of a description: it whole, its sentences, or its clauses. A single word joins the part before it."""
    if pieces == "whole":
        return [description]
    parts = (SENTENCE_END if pieces == "sentences" else CLAUSE_END).split(description.strip())
    joined: list[str] = []
    for part in parts:
        if joined and part.isascii() and len(part.split()) < MIN_WORDS:
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return joined


def choose_positive(count_B: Tensor, draw_B: Tensor, recipe: Recipe) -> Tensor:
    """Which of a sample's `count` texts its draw from [0, 1) picks; 0 is the raw one.

    Fixed: any part of d+ alike with `positive_probability` altogether. Uniform (LaCLIP): every text alike.
    """
    if recipe.captions.schedule == "uniform":
        return _scaled(draw_B, count_B)
    share = recipe.positive_probability
    part_B = 1 + _scaled(draw_B / max(share, 1e-9), count_B - 1)
    return torch.where((draw_B < share) & (count_B > 1), part_B, 0)


def _scaled(draw_B: Tensor, count_B: Tensor) -> Tensor:
    return torch.minimum((draw_B.double() * count_B).long(), count_B - 1).clamp(min=0)
