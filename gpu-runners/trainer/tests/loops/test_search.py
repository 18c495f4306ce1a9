"""The tree search against the trace of the reference notes, and what always holds."""

import random
from collections.abc import Sequence
from typing import Any

import pytest

from trainer.loops.grades import read_grade, read_value
from trainer.loops.search import END, Found, Node, Settings, Want, mixed, parent_value, read_settings, search, ucb
from trainer.spec import SpecError


def run(settings: Settings, answer: Any, seed: int = 0) -> Found:
    steps = search(settings, random.Random(seed))
    want = next(steps)
    while True:
        try:
            want = steps.send(answer(want))
        except StopIteration as end:
            return end.value


class Script:
    """Scores in the order they are asked for; steps named as they come; reflections never end."""

    def __init__(self, scores: Sequence[float]) -> None:
        self.scores, self.named = iter(scores), 0

    def __call__(self, want: Want) -> list[Any]:
        if want.what == "reflect":
            return ["go on"] * len(want.paths)
        if want.what == "score":
            return [next(self.scores) for _ in want.paths]
        self.named += len(want.paths)
        return [f"step {self.named - i}" for i in reversed(range(len(want.paths)))]


SCORES = [6, 7, 5, 8, 9, 4, 9, 6, 7, 10, 3, 6, 2, 5, 5]


@pytest.mark.parametrize(("rounds", "root", "best"), [(1, 8.0, 8.0), (2, 8.75, 9.5), (3, 23 / 3, 9.5)])
def test_each_round_of_the_trace(rounds, root, best):
    found = run(Settings(rounds=rounds), Script(SCORES))

    assert found.root.value == pytest.approx(root)
    assert found.root.visits == rounds
    assert found.value == pytest.approx(best)
    assert found.finish_round == -1


def test_where_the_trace_ends():
    root = run(Settings(rounds=3), Script(SCORES)).root

    a, b, c = root.children
    assert [(node.value, node.visits) for node in (a, b, c)] == [(9.5, 1), (8.0, 1), (5.5, 1)]
    assert [ucb(node, Settings()) for node in (a, b, c)] == pytest.approx([10.241, 8.741, 6.241], abs=1e-3)
    assert [ucb(node, Settings()) for node in a.children if node.visits == 0] == [12, 14]


@pytest.mark.parametrize(
    ("value", "visits", "parent", "bound"),
    [
        (6, 1, 4, 6.832555),
        (6, 2, 4, 6.588705),
        (5, 3, 10, 5.619487),
        (8, 1, 1, 8),
        (7, 0, 4, 15),
        (9.5, 1, 2, 10.088705),
    ],
)
def test_upper_bounds(value, visits, parent, bound):
    node = Node(("x",), value, visits, parent=Node((), visits=parent))

    assert ucb(node, Settings()) == pytest.approx(bound, abs=1e-6)


def test_mix_and_back_up():
    assert mixed(7, 9, 0.5) == 8
    assert parent_value([(8, 1), (6, 2), (0, 0)]) == pytest.approx(20 / 3)


def test_any_search_keeps_its_bounds():
    luck = random.Random(5)

    def answer(want: Want) -> list[Any]:
        if want.what == "reflect":
            return [END if luck.random() < 0.2 else "on" for _ in want.paths]
        if want.what == "score":
            return [luck.randint(0, 10) for _ in want.paths]
        return [luck.choice("abcd") for _ in want.paths]

    for seed in range(40):
        found = run(Settings(rounds=6), answer, seed)
        assert len(found.steps) <= 6
        queue = [found.root]
        while queue:
            node = queue.pop()
            queue += node.children
            assert 0 <= node.value <= 10
            assert len({child.path for child in node.children}) == len(node.children)
            seen = [child.value for child in node.children if child.visits]
            if seen:
                assert min(seen) - 1e-9 <= node.value <= max(seen) + 1e-9


def test_a_finished_path_is_returned_when_it_is_selected():
    found = run(
        Settings(rounds=3, look_ahead=0), lambda want: {"reflect": [""], "score": [9]}.get(want.what, ["a"] * 3)
    )

    assert (found.steps, found.finish_round) == (("a",), 2)


def test_settings_are_named():
    assert read_settings({"lookAheadBranch": 4, "rounds": 6}) == Settings(rounds=6, look_ahead_branch=4)
    with pytest.raises(SpecError, match=r"draw\.options\.depth"):
        read_settings({"depth": 3})


@pytest.mark.parametrize(
    ("text", "value"), [("Score: 7", 7), ("score:12", 10), ("Score: 8.5", 8), ("great", 5), ("9 || fine", 9)]
)
def test_values_are_read(text, value):
    assert read_value(text) == value


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("10||clear", 10),
        ("<8>||ok", 8),
        ("8 || fine", 8),
        ("9", 9),
        ("11||x", None),
        ("0||bad", None),
        ("eleven||x", None),
        ("Score: 9||x", None),
    ],
)
def test_grades_are_read(text, grade):
    assert read_grade(text) == grade


def test_without_reflection_no_advice_is_asked_for_and_no_call_counted() -> None:
    asked = []

    def answer(want: Want) -> list[Any]:
        asked.append(want.what)
        return [5] * len(want.paths) if want.what == "score" else [f"step {i}" for i in range(len(want.paths))]

    found = run(read_settings({"rounds": 1, "branch": 2, "lookAheadBranch": 1, "reflects": False}), answer)

    assert asked == ["propose", "score", "propose", "score"]
    assert found.calls == 6
