"""SRA-MCTS: a small tree of reasoning steps, steered by the policy's own reflections and scores.

A search is a generator: it yields what it wants of the policy and is sent the answer, so that many go on in step.
"""

import math
import random
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Literal

from trainer.spec import SpecError

END = "<end>"
TRIES = 3


@dataclass(frozen=True)
class Settings:
    rounds: int = 2
    branch: int = 3
    look_ahead: int = 1
    look_ahead_branch: int = 2
    end: float = 8.8
    exploration: float = 0.5
    mix: float = 0.5
    unvisited: float = 8.0
    # Without reflection no advice is asked for, and only values end a search.
    reflects: bool = True
    temperature: float | None = None


@dataclass(frozen=True)
class Want:
    """`reflect`: advice on each path, or END. `propose`: one next step after each. `score`: 0 to 10 for each."""

    what: Literal["reflect", "propose", "score"]
    paths: list[tuple[str, ...]]
    advice: str = ""


@dataclass(eq=False)
class Node:
    path: tuple[str, ...]
    value: float = 0.0
    visits: int = 0
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)
    is_expanded: bool = False
    reflection: str | None = None


@dataclass(frozen=True)
class Found:
    steps: tuple[str, ...]
    value: float
    # 1-based round that met a finished path, or -1.
    finish_round: int
    calls: int
    root: Node


Search = Generator[Want, list[Any], Found]


def read_settings(options: dict[str, Any]) -> Settings:
    names = {name.replace("_a", "A").replace("_b", "B"): name for name in Settings.__dataclass_fields__}
    if unknown := sorted(options.keys() - names.keys()):
        raise SpecError(f"draw.options.{unknown[0]} is not one of {', '.join(names)}")
    settings = Settings(**{names[key]: value for key, value in options.items()})
    if settings.rounds < 1 or settings.branch < 1 or settings.look_ahead < 0:
        raise SpecError("a search needs at least 1 round and 1 branch")
    return settings


def search(settings: Settings, luck: random.Random) -> Search:
    root = Node(())
    calls = 0
    for number in range(1, settings.rounds + 1):
        node = _select(root, settings, luck)
        if node.value >= settings.end:
            return Found(node.path, node.value, number, calls, root)
        if node.reflection is None:
            node.reflection = yield from _reflect(node.path, settings)
            calls += settings.reflects
        if node.reflection != END:
            calls += yield from _expand(node, settings)
            if node.children:
                calls += yield from _look_ahead(_best_child(node, settings, luck), settings)
        _back_up(node)
    best = _best(root)
    return Found(best.path, best.value, -1, calls, root)


def _reflect(path: tuple[str, ...], settings: Settings) -> Generator[Want, list[Any], str]:
    if not settings.reflects:
        return ""
    (advice,) = yield Want("reflect", [path])
    return advice


def ucb(node: Node, settings: Settings) -> float:
    if node.visits == 0:
        return node.value + settings.unvisited
    assert node.parent is not None
    return node.value + settings.exploration * math.sqrt(2 * math.log(node.parent.visits) / node.visits)


def parent_value(children: list[tuple[float, int]]) -> float:
    """Mean of the children's values, weighted by visits."""
    return sum(value * visits for value, visits in children) / sum(visits for _, visits in children)


def mixed(value: float, best: float, mix: float) -> float:
    return (1 - mix) * value + mix * best


def _select(root: Node, settings: Settings, luck: random.Random) -> Node:
    node = root
    while node.is_expanded and node.children:
        node = _best_child(node, settings, luck)
    return node


def _best_child(node: Node, settings: Settings, luck: random.Random) -> Node:
    scores = [ucb(child, settings) for child in node.children]
    ties = [child for child, score in zip(node.children, scores, strict=True) if score == max(scores)]
    return ties[0] if len(ties) == 1 else luck.choice(ties)


def _expand(node: Node, settings: Settings) -> Generator[Want, list[Any], int]:
    assert node.reflection is not None
    steps: list[str] = []
    calls = 0
    for _ in range(TRIES):
        missing = settings.branch - len(steps)
        if missing == 0:
            break
        drawn = yield Want("propose", [node.path] * missing, node.reflection)
        calls += missing
        steps += [step for step in dict.fromkeys(drawn) if step and step not in steps]
    node.is_expanded = True
    if not steps:
        return calls
    scores = yield Want("score", [(*node.path, step) for step in steps])
    node.children = [
        Node((*node.path, step), value=score, parent=node) for step, score in zip(steps, scores, strict=True)
    ]
    return calls + len(steps)


def _look_ahead(child: Node, settings: Settings) -> Generator[Want, list[Any], int]:
    """What may come after the child counts for it, but stays out of the tree."""
    child.reflection = yield from _reflect(child.path, settings)
    calls, best = int(settings.reflects), None
    advice: str = child.reflection or ""
    path = child.path
    for i in range(settings.look_ahead):
        if advice == END:
            break
        if i > 0:
            advice = yield from _reflect(path, settings)
            calls += settings.reflects
            if advice == END:
                break
        drawn = yield Want("propose", [path] * settings.look_ahead_branch, advice)
        onward = [(*path, step) for step in drawn if step]
        calls += settings.look_ahead_branch
        if not onward:
            break
        scores = yield Want("score", onward)
        calls += len(onward)
        top = max(range(len(onward)), key=lambda k: scores[k])
        path, best = onward[top], max(scores[top], best if best is not None else 0.0)
    child.value = mixed(child.value, child.value if best is None else best, settings.mix)
    child.visits += 1
    return calls


def _back_up(node: Node) -> None:
    step: Node | None = node
    while step is not None:
        step.visits += 1
        seen = [(child.value, child.visits) for child in step.children]
        if step.is_expanded and any(visits for _, visits in seen):
            step.value = parent_value(seen)
        step = step.parent


def _best(root: Node) -> Node:
    """The highest value anywhere; of equals the deeper, and of those the later."""
    best, queue = root, [root]
    while queue:
        node = queue.pop(0)
        if node.value >= best.value and (node.value > best.value or len(node.path) >= len(best.path)):
            best = node
        queue += node.children
    return best
