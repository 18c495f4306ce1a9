"""The four texts as one short record of special tokens, which host code turns into JSON.

`<d+> text <d-> text <t+> tag, tag <t-> tag, tag <end_of_utterance>`
"""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass

from trainer.refiner.artwork import Concept

POSITIVE_DESCRIPTION, NEGATIVE_DESCRIPTION = "<d+>", "<d->"
POSITIVE_TAGS, NEGATIVE_TAGS = "<t+>", "<t->"
END = "<end_of_utterance>"
RECORD_TOKENS = (POSITIVE_DESCRIPTION, NEGATIVE_DESCRIPTION, POSITIVE_TAGS, NEGATIVE_TAGS)


@dataclass(frozen=True)
class Record:
    """What the refiner says about one image."""

    positive_description: str
    negative_description: str
    positive_tags: list[str]
    negative_tags: list[str]


class RecordWriter:
    """Writes the target record of a concept; its near miss is drawn from the same subgroup."""

    def __init__(self, concepts: list[Concept]) -> None:
        self.concepts = concepts
        self._frequency = Counter(tag for concept in concepts for tag in set(concept.tags))
        self._subgroups: dict[str, list[Concept]] = defaultdict(list)
        for concept in concepts:
            if not concept.held_out:
                self._subgroups[concept.subgroup].append(concept)

    def write(self, concept: Concept, rng: random.Random) -> str:
        tags = self.ranked_tags(concept)[:4]
        miss, miss_tags = self._near_miss(concept, rng)
        positive, negative = describe(concept.label, tags), describe(miss.label, miss_tags)
        return (
            f"{POSITIVE_DESCRIPTION} {positive}{NEGATIVE_DESCRIPTION} {negative}"
            f"{POSITIVE_TAGS} {', '.join(tags)}{NEGATIVE_TAGS} {', '.join(miss_tags)}{END}"
        )

    def ranked_tags(self, concept: Concept) -> list[str]:
        """Keywords many concepts share come first: they are the ones an image alone can tell."""
        tags = [tag for tag in dict.fromkeys(concept.tags) if len(tag) < 24 and "," not in tag]
        return sorted(tags, key=lambda tag: (-self._frequency[tag], tag)) or [concept.label.replace(",", "")]

    def _near_miss(self, concept: Concept, rng: random.Random) -> tuple[Concept, list[str]]:
        near = [c for c in self._subgroups[concept.subgroup] if not names(c.label, concept.label)]
        for _ in range(20):
            miss = rng.choice(near or [c for c in self.concepts if not c.held_out])
            tags = [tag for tag in self.ranked_tags(miss) if tag not in concept.tags and tag != concept.label][:3]
            if tags and not names(miss.label, concept.label) and not names(concept.label, miss.label):
                return miss, tags
            near = [c for c in near if c is not miss]
        raise ValueError(f"no near miss for {concept.label}")


def describe(label: str, tags: list[str]) -> str:
    """One sentence part that names the thing first and then what is typical of it."""
    extra = [tag for tag in tags if tag not in label.split()][:2]
    return f"{label}, showing {' and '.join(extra)}" if extra else label


def names(text: str, label: str) -> bool:
    """True if the text contains the label as whole words."""
    return f" {label} " in f" {text.replace(',', ' ')} "


def parse(text: str) -> Record | None:
    """Reads a record back; None if a part is missing. Negatives that repeat a positive are dropped."""
    parts = []
    for token in RECORD_TOKENS:
        head, found, text = text.partition(token)
        if not found:
            return None
        parts.append(head.strip())
    parts.append(text.replace(END, "").strip())
    positive, negative, positive_tags, negative_tags = parts[1], parts[2], _tags(parts[3]), _tags(parts[4])
    negative_tags = [tag for tag in negative_tags if tag not in positive_tags]
    if not (positive and negative and positive_tags and negative_tags) or positive == negative:
        return None
    return Record(positive, negative, positive_tags, negative_tags)


def _tags(text: str) -> list[str]:
    return list(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))
