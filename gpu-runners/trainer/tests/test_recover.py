import json
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.conftest import make_spec, write_spec
from tests.runs import read_events, run
from trainer import step
from trainer.__main__ import main
from trainer.recover import explain_out_of_memory, resume_from_newest
from trainer.spec import SpecError


def start(raw: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["trainer", str(write_spec(raw, folder))])
    return main()


def test_out_of_memory_is_told_with_the_recipe_values_that_help(
    raw_spec: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(step, "augment", fail)

    code = start(raw_spec, tmp_path, monkeypatch)

    (error,) = read_events(raw_spec, "error")
    assert code == 1
    assert error["code"] == "out_of_memory"
    assert "set scale.chunkSize to 8" in error["message"]
    assert "lower batchSize from 16" in error["message"]


def test_other_errors_are_not_out_of_memory(raw_spec: dict[str, Any]) -> None:
    assert explain_out_of_memory(RuntimeError("shapes differ"), make_spec(raw_spec)) is None


def test_processes_started_again_go_on_from_the_newest_checkpoint(raw_spec: dict[str, Any]) -> None:
    run(raw_spec)

    resume = resume_from_newest(make_spec(raw_spec)).resume

    assert resume is not None
    assert resume.name == "step-00000010.safetensors"


def test_processes_started_again_after_a_hopeless_error_end_with_it(raw_spec: dict[str, Any]) -> None:
    spec = make_spec(raw_spec)
    error = {"type": "error", "code": "invalid_spec", "message": "the loss is nan at step 3"}
    (spec.output / "events.jsonl").write_text(json.dumps(error) + "\n")

    with pytest.raises(SpecError, match="the loss is nan at step 3"):
        resume_from_newest(spec)
