from typing import Any

import pytest
import torch

from tests.runs import read_events, run
from trainer.curve import NotFiniteError
from trainer.watch.alarms import find_collapse, find_dead_tags, find_divergence


def curve(*losses: float) -> list[dict[str, Any]]:
    return [{"step": 10 * (i + 1), "loss": loss} for i, loss in enumerate(losses)]


def test_a_loss_that_falls_or_jitters_is_no_divergence() -> None:
    assert find_divergence(curve(*[5 - 0.2 * i + (0.3 if i % 2 else 0) for i in range(20)])) is None
    assert find_divergence(curve(*([0.01] * 10 + [0.05] * 10))) is None


def test_a_single_bad_batch_is_no_divergence() -> None:
    assert find_divergence(curve(*([2.0] * 12 + [4.0]))) is None


def test_a_loss_that_climbs_half_above_its_lowest_is_told_with_the_step_and_advice() -> None:
    alarm = find_divergence(curve(*([4.0] * 5 + [2.0] * 5 + [4.0] * 6)))

    assert alarm
    assert alarm.code == "divergence"
    assert "from 2.000 (step 100) to 4.000" in alarm.message
    assert "lower learningRate" in alarm.message


def test_too_few_points_tell_nothing() -> None:
    assert find_divergence(curve(1, 9, 9, 9, 9, 9, 9, 9, 9)) is None


def test_embeddings_that_point_one_way_have_collapsed() -> None:
    generator = torch.Generator().manual_seed(0)
    spread = torch.randn(50, 16, generator=generator)

    alarm = find_collapse(1 + 0.01 * spread, "image")

    assert find_collapse(spread, "image") is None
    assert find_collapse(spread[:1], "image") is None
    assert alarm
    assert alarm.code == "collapsed_image_embeddings"


@pytest.mark.parametrize(
    ("form", "dead", "alive"),
    [
        ("bce", [[-3.0, -1.0], [-2.0, -4.0]], [[-3.0, 0.1], [-2.0, -4.0]]),
        ("idf-softmax", [[3.0, 1.0], [2.0, 1.0]], [[3.0, 1.0], [1.0, 2.0]]),
    ],
)
def test_a_tag_head_that_never_fires_is_dead(form: str, dead: list[list[float]], alive: list[list[float]]) -> None:
    alarm = find_dead_tags(torch.tensor(dead), form)

    assert alarm
    assert alarm.code == "dead_tags"
    assert find_dead_tags(torch.tensor(alive), form) is None


def test_a_loss_that_is_no_number_is_told_and_ends_the_run(raw_spec: dict[str, Any]) -> None:
    raw_spec["recipe"] |= {"learningRate": 1e30, "warmupSteps": 0}

    with pytest.raises(NotFiniteError, match=r"is nan at step \d+: try a lower learningRate"):
        run(raw_spec)

    alarm = read_events(raw_spec, "alarm")[-1]
    assert alarm["code"] == "not_finite"
    assert "longer warmupSteps" in alarm["message"]
    assert not read_events(raw_spec, "done")
