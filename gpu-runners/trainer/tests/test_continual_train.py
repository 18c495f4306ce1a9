"""Trainings that keep old knowledge, in small runs; the formulas have their tests in test_continual.py."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch.testing import assert_close

from tests.runs import assert_same, read_events, run, run_together
from trainer.spec import SpecError

ALL = {
    "ewc": {"weight": 5.0, "samples": 20},
    "l2sp": {"weight": 0.01},
    "distillation": {"weight": 0.5},
    "wiseFt": {"alpha": 0.7},
    "ema": {"decay": 0.9},
}


@pytest.fixture
def next_spec(raw_spec: dict[str, Any]) -> dict[str, Any]:
    """The second shard is new, the first is what the model learned from."""
    first, second = raw_spec["data"]
    return raw_spec | {"data": [{**first, "is_earlier": True}, second]}


def distance(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    return sum(float((one[name] - other[name]).square().sum()) for name in one) ** 0.5


def test_at_zero_nothing_changes(raw_spec: dict[str, Any], next_spec: dict[str, Any], tmp_path: Path) -> None:
    plain = run(raw_spec)
    next_spec["recipe"]["continual"] = {"wiseFt": {"alpha": 1}}

    same = run(next_spec | {"output": str(tmp_path / "same")})

    assert_same(plain, same)


def test_ewc_spares_the_weights_that_matter_to_earlier_data(next_spec: dict[str, Any], tmp_path: Path) -> None:
    start = load_file(Path(next_spec["init"]) / "weights.safetensors")
    free = run(next_spec)
    next_spec["recipe"] = {**next_spec["recipe"], "continual": {"ewc": {"weight": 300.0}}}

    held = run(next_spec | {"output": str(tmp_path / "held")})

    kept = load_file(tmp_path / "checkpoints" / "step-00000010.safetensors")
    fisher = {
        name: kept[f"extra.learner.fisher.{name}"].sqrt() for name in start if f"extra.learner.fisher.{name}" in kept
    }

    def cost(end: dict[str, torch.Tensor]) -> float:
        return distance(*({name: fisher[name] * weights[name] for name in fisher} for weights in (end, start)))

    assert cost(held) < 0.5 * cost(free)


@pytest.mark.parametrize("continual", [{"l2sp": {"weight": 3.0}}, {"wiseFt": {"alpha": 0.5}}], ids=str)
def test_the_end_is_nearer_to_the_start(next_spec: dict[str, Any], tmp_path: Path, continual: dict[str, Any]) -> None:
    start = load_file(Path(next_spec["init"]) / "weights.safetensors")
    free = run(next_spec)
    next_spec["recipe"] = {**next_spec["recipe"], "continual": continual}

    held = run(next_spec | {"output": str(tmp_path / "held")})

    assert distance(held, start) < 0.8 * distance(free, start)


def test_wise_ft_exports_the_interpolation_of_start_and_end(next_spec: dict[str, Any], tmp_path: Path) -> None:
    start = load_file(Path(next_spec["init"]) / "weights.safetensors")
    end = run(next_spec)
    next_spec["recipe"] = {**next_spec["recipe"], "continual": {"wiseFt": {"alpha": 0.25}}}

    between = run(next_spec | {"output": str(tmp_path / "between")})

    for name, value in between.items():
        assert_close(value, 0.75 * start[name] + 0.25 * end[name])


def test_distillation_falls_while_the_new_model_moves_and_is_zero_before(next_spec: dict[str, Any]) -> None:
    next_spec["recipe"] |= {"continual": {"distillation": {"weight": 1.0}}, "warmupSteps": 0, "tags": {"weight": 0}}
    # Without augmentation nothing but the weights tells the two models apart.
    next_spec["recipe"]["augment"] = {"shift": 0, "scale": 0}

    run(next_spec)

    points = read_events(next_spec, "progress")
    assert points[0]["loss_distillation"] == pytest.approx(0, abs=1e-6)
    assert points[-1]["loss_distillation"] > 1e-4
    assert points[-1]["loss"] > points[-1]["loss_clip"] + points[-1]["loss_distillation"] - 1e-6


def test_killed_and_resumed_it_ends_with_the_same_bits_average_and_fisher_too(
    next_spec: dict[str, Any], tmp_path: Path
) -> None:
    next_spec["recipe"]["continual"] = ALL
    straight = run(next_spec)
    checkpoint = tmp_path / "checkpoints" / "step-00000005.safetensors"

    resumed = run(next_spec | {"output": str(tmp_path / "resumed"), "resume": str(checkpoint)})

    assert_same(straight, resumed)
    kept = {name.split(".")[2] for name in load_file(checkpoint) if name.startswith("extra.learner.")}
    assert kept == {"fisher", "average"}
    points = read_events(next_spec, "progress")
    assert all(points[-1][key] > 0 for key in ("loss_ewc", "loss_l2sp", "loss_distillation"))


def test_two_processes_keep_what_one_keeps(
    next_spec: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_spec["recipe"] |= {"continual": ALL, "steps": 6}
    alone = run(next_spec | {"output": str(tmp_path / "alone")})

    together = run_together(next_spec, monkeypatch)

    for name, value in alone.items():
        assert_close(together[name], value, atol=1e-5, rtol=1e-4, msg=f"{name} differs")


def test_gradient_caching_keeps_what_a_whole_batch_keeps(next_spec: dict[str, Any], tmp_path: Path) -> None:
    next_spec["recipe"] |= {"continual": ALL, "steps": 6}
    whole = run(next_spec)
    next_spec["recipe"]["scale"] = {"chunkSize": 4}

    cached = run(next_spec | {"output": str(tmp_path / "cached")})

    for name, value in whole.items():
        assert_close(cached[name], value, atol=1e-5, rtol=1e-4, msg=f"{name} differs")


def test_ewc_without_earlier_data_is_refused(raw_spec: dict[str, Any]) -> None:
    raw_spec["recipe"]["continual"] = {"ewc": {"weight": 1}}

    with pytest.raises(SpecError, match="needs data of an earlier version"):
        run(raw_spec)
