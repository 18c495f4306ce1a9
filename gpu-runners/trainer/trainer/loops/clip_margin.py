"""Reward `clip-margin`: how much better a text fits its image than others.

Shapes: S samples, I images, T texts, D embedding width, K distractors.
"""

from pathlib import Path

import torch

from trainer.loops.clip import LoadedClip
from trainer.loops.queries import Query, in_order
from trainer.loops.refinement import read_said
from trainer.loops.samples import Sample
from trainer.spec import SpecError


@torch.no_grad()
def clip_margins(samples: list[Sample], known: list[Query], folder: Path, distractors: int) -> list[float | None]:
    """Cosine with the image less its mean with the images that come next in the split's order; none for garbage.

    The same others for a query in every step, so that margins of different texts and weights can be compared.
    """
    said = [read_said(row.text) for row in samples]
    rows = [i for i, one in enumerate(said) if one is not None]
    if not rows:
        return [None] * len(samples)
    shown, others = _others(samples, known, distractors)
    clip = LoadedClip.load(folder)
    ids = list(dict.fromkeys(place for i in rows for place in (shown[i], *others[shown[i]])))
    column = {place: i for i, place in enumerate(ids)}
    pictures = [query.image for query in _pictured(known)]
    image_ID = clip.encode_images([picture for place in ids if (picture := pictures[place]) is not None])
    texts = [one.description for one in said if one is not None]
    row_of = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    text_TD = clip.encode_texts(list(row_of))
    margins: list[float | None] = [None] * len(samples)
    for i, text in zip(rows, texts, strict=True):
        own, rest = column[shown[i]], [column[place] for place in others[shown[i]]]
        cosines = image_ID[[own, *rest]] @ text_TD[row_of[text]]
        margins[i] = float((cosines[0] - cosines[1:].mean()).clamp(-1, 1))
    return margins


def _others(samples: list[Sample], known: list[Query], count: int) -> tuple[list[int], dict[int, list[int]]]:
    """Of each sample the place of its image among those of the task, and of each such place those of its others."""
    pictured = _pictured(known)
    place_of = {query.query_id: i for i, query in enumerate(pictured)}
    orders: dict[str, list[int]] = {}
    ranks: dict[int, int] = {}
    others: dict[int, list[int]] = {}
    shown = []
    for row in samples:
        place = place_of.get(row.query.query_id.partition("#")[0])
        if place is None:
            raise SpecError(f"reward clip-margin needs an image, and {row.query.query_id} has none")
        split = pictured[place].split
        if split not in orders:
            orders[split] = [place_of[query.query_id] for query in in_order(pictured, split)]
            ranks |= {each: rank for rank, each in enumerate(orders[split])}
        order, rank = orders[split], ranks[place]
        if len(order) < 2:
            raise SpecError(f"reward clip-margin compares with other images, and split {split!r} has one only")
        shown.append(place)
        others[place] = [order[(rank + step) % len(order)] for step in range(1, min(count, len(order) - 1) + 1)]
    return shown, others


def _pictured(known: list[Query]) -> list[Query]:
    return [query for query in known if query.image is not None]
