"""Measures a refiner: does d+ name the thing, are the tags true, are the negatives negative, does it use the image?"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trainer.refiner.artwork import Artwork, Concept
from trainer.refiner.records import Record, names, parse

Generate = Callable[[np.ndarray, list[str]], list[str]]


@dataclass(frozen=True)
class Scores:
    """Shares of the images asked about; label accuracy counts unreadable answers as wrong."""

    images: int
    valid: float
    label_accuracy: float
    tag_f1: float
    negative_names_label: float
    negative_tags_true: float


def label_of(record: Record | None) -> str:
    return record.positive_description.partition(", showing ")[0] if record else ""


def score(answers: list[str], truth: list[Concept]) -> Scores:
    records = [parse(answer) for answer in answers]
    pairs = [(record, concept) for record, concept in zip(records, truth, strict=True) if record]
    hits = said = true = negatives = negatives_true = 0
    for record, concept in pairs:
        hits += len(set(record.positive_tags) & set(concept.tags))
        said += len(record.positive_tags)
        true += min(len(concept.tags), 4)
        negatives += len(record.negative_tags)
        negatives_true += len(set(record.negative_tags) & set(concept.tags))
    precision, recall = hits / max(said, 1), min(1.0, hits / max(true, 1))
    return Scores(
        images=len(truth),
        valid=len(pairs) / len(truth),
        label_accuracy=sum(label_of(r) == c.label for r, c in zip(records, truth, strict=True)) / len(truth),
        tag_f1=2 * precision * recall / max(precision + recall, 1e-9),
        negative_names_label=sum(names(r.negative_description, c.label) for r, c in pairs) / max(len(pairs), 1),
        negative_tags_true=negatives_true / max(negatives, 1),
    )


def ask(
    generate: Generate, pixels: np.ndarray, artwork: Artwork, concepts: list[Concept], *, alt: int, how: str
) -> tuple[list[str], list[Concept]]:
    """Answers with the given (`noisy`), no (`none`) or other images' (`shuffled`) alt-texts."""
    alts = [variants[alt]["text"] for variants in artwork.alts]
    if how == "none":
        alts = [""] * len(alts)
    if how == "shuffled":
        random.Random(3).shuffle(alts)
    answers: list[str] = []
    for start in range(0, len(alts), 64):
        answers += generate(pixels[start : start + 64], alts[start : start + 64])
    return answers, [concepts[i] for i in artwork.concept_ids.tolist()]
