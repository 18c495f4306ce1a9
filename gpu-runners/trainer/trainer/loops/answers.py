"""From a text to the answer it gives, and whether two answers are the same one."""

import re
import unicodedata

# `<steps> ... answer: 3`: a strategy's tag first, the answer last.
TAG = re.compile(r"\s*<([a-z][a-z-]*)>\s*")
MARKER = re.compile(r"(?:\banswer\s*:|####|\bthe answer is)\s*", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?")


def strategy_of(text: str) -> str | None:
    match = TAG.match(text)
    return match[1] if match else None


def answer_of(text: str) -> str | None:
    """What follows the last marker; without one the whole text, unless it began to reason and never came to one."""
    marks = list(MARKER.finditer(text))
    if marks:
        lines = text[marks[-1].end() :].strip().splitlines()
        return normalise(lines[0]) or None if lines else None
    if strategy_of(text) not in (None, "direct"):
        return None
    return normalise(TAG.sub("", text, count=1)) or None


def normalise(text: str) -> str:
    """Case, width, spaces, articles, closing punctuation and the spelling of numbers make no difference."""
    words = unicodedata.normalize("NFKC", text).casefold().split()
    words = [word for word in words if word not in ("a", "an", "the")] or words
    plain = " ".join(words).strip(" .,;:!?\"'`*")
    if NUMBER.fullmatch(plain):
        whole, _, fraction = plain.replace(",", "").partition(".")
        fraction = fraction.rstrip("0")
        sign = "-" if whole.startswith("-") and (fraction or int(whole)) else ""
        return f"{sign}{abs(int(whole))}" + (f".{fraction}" if fraction else "")
    return plain
