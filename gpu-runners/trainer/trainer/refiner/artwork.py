"""Emoji artwork as arrays, read from the folder that apps/demo/src/artwork/build-artwork.ts writes."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

TRAIN_VENDORS = ("twemoji", "fluent-emoji", "fluent-emoji-flat", "noto-v1")
JUDGE_VENDORS = ("emojione", "fxemoji")
CORPUS_VENDORS = ("noto", "openmoji")
TEST_VENDOR = "emojione-v1"


@dataclass(frozen=True)
class Concept:
    """One thing to draw: its CLDR label and keywords, and whether training may see it."""

    hexcode: str
    label: str
    tags: tuple[str, ...]
    group: str
    subgroup: str
    held_out: bool


@dataclass(frozen=True)
class Artwork:
    """Images of some vendors (uint8, N x 3 x S x S), each with the index of its concept and its bad alt-texts."""

    images: Tensor
    concept_ids: Tensor
    alts: list[list[dict[str, str]]]
    vendors: list[str]


def load_concepts(folder: Path) -> list[Concept]:
    """All concepts, in the order of the one vendor that draws every one of them."""
    rows = _rows(folder, "twemoji")
    return [Concept(r["hexcode"], r["label"], tuple(r["tags"]), r["group"], r["subgroup"], r["heldOut"]) for r in rows]


def load_artwork(folder: Path, vendors: tuple[str, ...], concepts: list[Concept]) -> Artwork:
    index_of = {concept.hexcode: i for i, concept in enumerate(concepts)}
    rows = [row for vendor in vendors for row in _rows(folder, vendor)]
    pixels = np.stack([np.asarray(Image.open(folder / row["file"]).convert("RGB")) for row in rows])
    return Artwork(
        images=torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(),
        concept_ids=torch.tensor([index_of[row["hexcode"]] for row in rows]),
        alts=[row["alts"] for row in rows],
        vendors=[row["vendor"] for row in rows],
    )


def without_held_out(artwork: Artwork, concepts: list[Concept]) -> Artwork:
    """The part that shipped models may learn from."""
    keep = [i for i, c in enumerate(artwork.concept_ids.tolist()) if not concepts[c].held_out]
    return Artwork(
        images=artwork.images[keep],
        concept_ids=artwork.concept_ids[keep],
        alts=[artwork.alts[i] for i in keep],
        vendors=[artwork.vendors[i] for i in keep],
    )


def _rows(folder: Path, vendor: str) -> list[dict]:
    with (folder / f"{vendor}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
