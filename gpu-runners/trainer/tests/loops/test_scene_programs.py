"""Programs have the value, or the lack of one, that every reader of the language gives them."""

import json
from pathlib import Path

import pytest

from trainer.loops.scenes.program import ProgramError, run_program

SHARED = json.loads((Path(__file__).parents[4] / "tests/fixtures/scene-programs.json").read_text())


@pytest.mark.parametrize("case", SHARED["programs"], ids=lambda case: case["program"][:40] or "empty")
def test_a_program_means_here_what_it_means_elsewhere(case):
    if case["value"] is None:
        with pytest.raises(ProgramError):
            run_program(case["program"], SHARED["scene"])
    else:
        assert run_program(case["program"], SHARED["scene"]) == case["value"]
