"""Scores that a policy wrote."""

import re

# `8||clear`, `<8> || ok`, `9`: a number first, then two bars or the end.
GRADE = re.compile(r"\s*<?\s*(\d+(?:\.\d+)?)\s*>?\s*(?:\|\||$)")
VALUE = re.compile(r"score\s*:\s*(\d+)", re.IGNORECASE)
UNREADABLE_VALUE = 5.0


def read_grade(text: str) -> float | None:
    """From 1 to 10; anything else is no grade."""
    match = GRADE.match(text)
    grade = float(match[1]) if match else None
    return grade if grade is not None and 1 <= grade <= 10 else None


def read_value(text: str) -> float:
    """A path's worth in a search, from 0 to 10: after `score:` or as a grade; 5 where neither can be read."""
    if match := VALUE.search(text):
        return min(10.0, float(match[1]))
    grade = read_grade(text)
    return UNREADABLE_VALUE if grade is None else grade
