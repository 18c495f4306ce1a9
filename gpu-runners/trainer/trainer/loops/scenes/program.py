"""Runs a program over a scene; the language is in `docs/design/loops.md`. No loop, no recursion, at most 64 tokens."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

ATTRIBUTES = ("name", "kind", "color", "size")
COMPARISONS = (">", "<", "=")
MAX_TOKENS = 64

Thing = dict[str, Any]


class ProgramError(ValueError):
    """A program that has no value, with the reason in a sentence."""


@dataclass
class _Reader:
    tokens: list[str]
    at: int = 0

    def peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, what: str) -> str:
        token = self.peek()
        if token is None:
            raise ProgramError(f"the program ends where {what} should come")
        self.at += 1
        return token


def run_program(program: str, scene: dict[str, Any]) -> str:
    """The program's value as answers are written: a number, a word, `yes` or `no`."""
    tokens = program.split()
    if not tokens:
        raise ProgramError("the program is empty")
    if len(tokens) > MAX_TOKENS:
        raise ProgramError(f"the program has {len(tokens)} tokens; {MAX_TOKENS} are allowed")
    reader = _Reader(tokens)
    value = _sum(reader, scene["things"])
    if reader.peek() in COMPARISONS:
        sign = reader.take("a comparison")
        value = _compare(sign, value, _sum(reader, scene["things"]))
    if (rest := reader.peek()) is not None:
        raise ProgramError(f"nothing may follow here, but {rest} does")
    return str(value)


def _compare(sign: str, left: int | str, right: int | str) -> str:
    if sign == "=" and type(left) is type(right):
        return "yes" if left == right else "no"
    low, high = _number(left, sign), _number(right, sign)
    if sign == "<":
        low, high = high, low
    return "yes" if (low == high if sign == "=" else low > high) else "no"


def _sum(reader: _Reader, things: list[Thing]) -> int | str:
    total = _value(reader, things)
    while reader.peek() in ("+", "-"):
        sign = reader.take("a sign")
        other = _number(_value(reader, things), sign)
        total = _number(total, sign) + (other if sign == "+" else -other)
    return total


def _number(value: int | str, sign: str) -> int:
    if isinstance(value, str):
        raise ProgramError(f"{sign} takes numbers, and {value} is a word")
    return value


def _value(reader: _Reader, things: list[Thing]) -> int | str:
    token = reader.take("a value")
    if token.isascii() and token.isdigit() and len(token) <= 4:
        return int(token)
    if token != "things":
        raise ProgramError(f"a value is a number or begins with things, not with {token}")
    left = things
    while reader.peek() == "|":
        reader.take("|")
        stage = reader.take("a stage")
        if stage == "count":
            return len(left)
        if stage in ATTRIBUTES:
            return _attribute(left, stage)
        left = _stage(stage, reader, left, things)
    raise ProgramError("a list of things is no value: end with count or an attribute")


def _attribute(left: list[Thing], attribute: str) -> str:
    if len(left) != 1:
        raise ProgramError(f"{attribute} is of one thing, and {len(left)} are left")
    return str(left[0][attribute])


def _stage(stage: str, reader: _Reader, left: list[Thing], scene: list[Thing]) -> list[Thing]:
    if stage in ("where", "except"):
        attribute = _known(reader.take("an attribute"))
        word = reader.take("a word")
        return [thing for thing in left if (thing[attribute] == word) == (stage == "where")]
    if stage == "odd":
        attribute = _known(reader.take("an attribute"))
        counts = Counter(thing[attribute] for thing in left)
        odd = [thing for thing in left if counts[thing[attribute]] == 1]
        if len(odd) != 1:
            raise ProgramError(f"{len(odd)} things have a {attribute} of their own, not one")
        return odd
    if stage not in PLACES:
        raise ProgramError(f"{stage} is no stage")
    name = reader.take("a name")
    named = [thing for thing in scene if thing["name"] == name]
    if len(named) != 1:
        raise ProgramError(f"{len(named)} things are called {name}, not one")
    return [thing for thing in left if PLACES[stage](thing, named[0])]


def _known(attribute: str) -> str:
    if attribute not in ATTRIBUTES:
        raise ProgramError(f"{attribute} is no attribute")
    return attribute


def _offset(thing: Thing, of: Thing) -> tuple[int, int]:
    return thing["row"] - of["row"], thing["column"] - of["column"]


PLACES = {
    "left-of": lambda thing, of: _offset(thing, of) == (0, -1),
    "right-of": lambda thing, of: _offset(thing, of) == (0, 1),
    "above": lambda thing, of: _offset(thing, of) == (-1, 0),
    "below": lambda thing, of: _offset(thing, of) == (1, 0),
    "row-of": lambda thing, of: thing is not of and thing["row"] == of["row"],
    "column-of": lambda thing, of: thing is not of and thing["column"] == of["column"],
}
