"""Programs over scenes, and verifiers that hang, crash or overreach."""

import time

import pytest

from trainer.loops.answers import answer_of, normalise, strategy_of
from trainer.loops.policy import Prompt
from trainer.loops.queries import Query
from trainer.loops.samples import Sample
from trainer.loops.sandbox import Sandbox
from trainer.loops.scenes.program import ProgramError, run_program
from trainer.loops.spec import Task
from trainer.loops.verify import add_verdicts

HERE = "tests.loops.test_scenes"
SCENE = {
    "things": [
        {"name": "cat", "kind": "animal", "color": "red", "size": "large", "row": 1, "column": 1},
        {"name": "dog", "kind": "animal", "color": "blue", "size": "small", "row": 1, "column": 2},
        {"name": "apple", "kind": "fruit", "color": "red", "size": "small", "row": 2, "column": 1},
        {"name": "pear", "kind": "fruit", "color": "red", "size": "small", "row": 3, "column": 3},
    ]
}


@pytest.mark.parametrize(
    ("program", "value"),
    [
        ("things | count", "4"),
        ("things | where kind animal | count + things | where color red | count", "5"),
        ("things | where kind animal | except color red | name", "dog"),
        ("things | where kind animal | count > things | where kind fruit | count", "no"),
        ("things | right-of cat | kind = things | left-of dog | kind", "yes"),
        ("things | below cat | color", "red"),
        ("things | row-of dog | count", "1"),
        ("things | column-of cat | kind", "fruit"),
        ("things | odd size | name", "cat"),
        ("7 - 2 - 1", "4"),
        ("things | where color green | count", "0"),
    ],
)
def test_programs_have_values(program, value):
    assert run_program(program, SCENE) == value


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("", "empty"),
        ("things", "a list of things is no value"),
        ("things | where color red | name", "3 are left"),
        ("things | fly | count", "fly is no stage"),
        ("things | above bird | count", "0 things are called bird"),
        ("things | where shape round | count", "shape is no attribute"),
        ("things | odd kind | name", "not one"),
        ("cat + 1", "a value is a number"),
        ("things | where name cat | name + 1", "takes numbers"),
        ("1 1", "nothing may follow"),
        ("1 +", "the program ends"),
        (" + ".join(["1"] * 40), "64 are allowed"),
    ],
)
def test_bad_programs_say_why(program, reason):
    with pytest.raises(ProgramError, match=reason):
        run_program(program, SCENE)


def hang(seconds: float) -> str:
    time.sleep(seconds)
    return "awake"


def crash() -> None:
    import ctypes

    ctypes.string_at(0)


def grow() -> int:
    return len(bytearray(4 * 1024**3))


def call() -> None:
    import socket

    socket.create_connection(("127.0.0.1", 9), timeout=1)


def write(path: str) -> None:
    with open(path, "w") as file:
        file.write("x")


def test_a_hanging_verifier_costs_its_row_alone():
    with Sandbox(f"{HERE}:hang", seconds=0.5) as run:
        assert run(0) == ("awake", None)
        assert run(60) == (None, "verifier_timeout")
        assert run(0) == ("awake", None)


@pytest.mark.parametrize("function", ["crash", "grow", "call"])
def test_what_verifiers_may_not_do_ends_in_a_code(function):
    with Sandbox(f"{HERE}:{function}") as run:
        value, code = run()

    assert value is None
    assert code in ("verifier_error", "verifier_crashed")


def test_verifiers_write_no_files(tmp_path):
    with Sandbox(f"{HERE}:write") as run:
        assert run(str(tmp_path / "file")) == (None, "verifier_error")
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<direct> answer: 3", "3"),
        ("<steps> red : apple . that is 1 . answer : The Cat.", "cat"),
        ("answer: 2. no, answer: 1,200.0", "1200"),
        ("<steps> and so on", None),
        ("Dog", "dog"),
        ("", None),
    ],
)
def test_answers_are_what_follows_the_last_marker(text, answer):
    assert answer_of(text) == answer


def test_spelling_makes_no_difference():
    assert normalise("  The  \N{FULLWIDTH LATIN CAPITAL LETTER C}AT! ") == "cat"
    assert [normalise(number) for number in ("-0", "+7", "3.50", "1,000")] == ["0", "7", "3.5", "1000"]
    assert strategy_of("<program> things") == "program"


@pytest.mark.parametrize("text", ["<program> things | count", "<steps> count them. <program> things | count"])
def test_what_follows_the_last_program_tag_is_run(text):
    query = Query("q1", question="how many things are there?", answers=("4",), scene=SCENE)
    row = Sample(query, 0, 1.0, Prompt(""), text, 4, -1.0, "")

    add_verdicts([row], Task("questions", (), verifier="program"), "answer")

    assert (row.answer, row.correct) == ("4", True)
