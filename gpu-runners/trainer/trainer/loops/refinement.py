"""What a text says of an image: the four texts of a refinement as JSON, or one caption."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from trainer.loops.answers import normalise


@dataclass(frozen=True)
class Said:
    description: str
    tags: tuple[str, ...]

    @property
    def key(self) -> str:
        return ", ".join(sorted(self.tags))


def read_said(text: str) -> Said | None:
    """A caption's tags are what its commas set apart. None where there is nothing, or JSON that is no refinement."""
    plain = text.strip()
    if not plain.startswith("{"):
        return _said(plain, plain.split(","))
    try:
        refinement = json.loads(plain)
        return _said(refinement["positiveDescription"], refinement["positiveTags"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def f1(said: Iterable[str], gold: Iterable[str]) -> float:
    said, gold = set(said), {normalise(tag) for tag in gold}
    both = len(said & gold)
    return 2 * both / (len(said) + len(gold)) if both else 0.0


def _said(description: str, tags: list[str]) -> Said | None:
    known = tuple(dict.fromkeys(tag for tag in map(normalise, tags) if tag))
    return Said(description.strip(), known) if description.strip() and known else None
