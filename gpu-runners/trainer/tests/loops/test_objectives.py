"""Objectives on the numbers of the reference notes, and who gets a gradient."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from trainer.loops.objectives import (
    dpo_loss,
    gap_loss,
    group_advantages,
    grpo_loss,
    k3,
    optimism_loss,
    sft_loss,
    sharpening_pairs_loss,
)

RETURNS = [2.0, 1.5, 0.5, -0.2, 0.9, 1.1, 0.0, 0.2]
POPULATION = [1.7461, 1.0476, -0.3492, -1.3270, 0.2095, 0.4889, -1.0476, -0.7683]
SAMPLE = [1.6333, 0.9800, -0.3267, -1.2413, 0.1960, 0.4573, -0.9800, -0.7187]


def tensor(values: Any) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize(
    ("returns", "deviation", "expected"),
    [
        (RETURNS, "population", POPULATION),
        (RETURNS, "sample", SAMPLE),
        ([1, 0, 0, 1, 0, 0, 0, 0], "population", [1.732051, -0.577350, -0.577350, 1.732051, *[-0.577350] * 4]),
    ],
)
def test_advantages_are_those_of_the_reference(returns, deviation, expected):
    assert group_advantages(tensor(returns), deviation).tolist() == pytest.approx(expected, abs=5e-5)


def test_equal_returns_have_exactly_no_advantage():
    assert group_advantages(tensor([0.1 + 0.2] * 7), "population").tolist() == [0.0] * 7
    assert group_advantages(tensor([3.0]), "sample").tolist() == [0.0]


@pytest.mark.parametrize(
    ("ratio", "advantage", "term"), [(1.5, 1, 1.2), (1.5, -1, -1.5), (0.5, 1, 0.5), (0.5, -1, -0.8)]
)
def test_the_ratio_is_clipped_on_the_side_that_would_gain(ratio, advantage, term):
    new, old = tensor([[ratio]]).log(), tensor([[1.0]]).log()

    loss = grpo_loss(new, torch.tensor([[True]]), old, None, tensor([advantage]), epsilon=0.2, beta=0)

    assert -loss.item() == pytest.approx(term)


TRL = json.loads((Path(__file__).parent / "grpo_reference.json").read_text())


@pytest.mark.parametrize("case", TRL["cases"])
def test_the_grpo_loss_and_its_gradient_are_those_of_trl(case):
    given = {name: torch.tensor(values) for name, values in TRL["inputs"].items()}
    log_probs = given["log_probs"].requires_grad_()

    loss = grpo_loss(
        log_probs,
        given["mask"].bool(),
        given["old"],
        given["reference"],
        given["advantages"],
        epsilon=case["epsilon"],
        beta=case["beta"],
    )
    loss.backward()

    assert loss.item() == pytest.approx(case["loss"], abs=1e-6)
    assert log_probs.grad is not None
    torch.testing.assert_close(log_probs.grad, torch.tensor(case["gradient"]), atol=1e-6, rtol=1e-5)


def test_without_advantage_grpo_has_exactly_no_gradient():
    log_probs = torch.randn(4, 3, dtype=torch.float64).requires_grad_()
    mask = torch.ones(4, 3, dtype=torch.bool)

    grpo_loss(log_probs, mask, log_probs.detach() + 0.1, None, torch.zeros(4), epsilon=0.2, beta=0).backward()

    assert log_probs.grad is not None
    assert not log_probs.grad.any()


def test_k3_is_never_negative_and_its_mean_is_the_divergence():
    p, q = tensor([0.5, 0.3, 0.2]), tensor([0.2, 0.5, 0.3])

    estimates = k3(q.log() - p.log())

    assert (estimates >= 0).all()
    assert (p * estimates).sum().item() == pytest.approx((p * (p.log() - q.log())).sum().item())


def test_padding_never_counts():
    mask = torch.tensor([[True, True], [True, False]])
    short = tensor([[-1.0, -2.0], [-3.0, 99.0]])

    assert sft_loss(short, mask, tensor([1.0, 1.0])).item() == pytest.approx(2.0)
    assert sft_loss(short, mask, tensor([1.0, 0.0])).item() == pytest.approx(1.5)


def test_dpo_is_at_chance_where_policy_and_reference_agree():
    chosen, rejected = tensor([-1.0, -2.0]), tensor([-3.0, -0.5])

    assert dpo_loss(chosen, rejected, chosen, rejected, 0.1).item() == pytest.approx(0.693147)
    assert dpo_loss(chosen + 1, rejected, chosen, rejected, 0.1) < dpo_loss(chosen, rejected, chosen, rejected, 0.1)


@pytest.mark.parametrize(("first", "second", "loss"), [(0, 1, 0.260943), (0, 2, 0.839589), (1, 2, 0.164402)])
def test_the_pair_loss_at_the_base_is_that_of_the_reference(first, second, loss):
    base = tensor([0.5, 0.3, 0.2]).log()
    a, b = base[first : first + 1], base[second : second + 1]

    assert sharpening_pairs_loss(a, b, a, b, 0.7).item() == pytest.approx(loss, abs=1e-6)


@pytest.mark.parametrize("beta", [2.0, 1.0, 0.25])
def test_the_pair_loss_is_nothing_at_the_closed_optimum(beta):
    base = tensor([0.5, 0.3, 0.2]).log()
    best = ((1 + 1 / beta) * base).log_softmax(-1)

    loss = sharpening_pairs_loss(best[:1], best[2:], base[:1], base[2:], beta)

    assert loss.item() == pytest.approx(0, abs=1e-12)


def test_optimism_pushes_away_from_what_the_base_drew():
    second = tensor([-1.0, -2.0]).requires_grad_()

    optimism_loss(second, 0.5).backward()

    assert second.grad is not None
    assert (second.grad > 0).all()


@pytest.mark.parametrize(
    ("scores", "loss"),
    [
        ([0, 0, 0, 0], 3.465736),
        ([1, 0, 0, -1], 1.379975),
        ([2, 0, 0, -2], 0.525862),
        ([5, 3, 3, 1], 0.525862),
        ([2, 1, -1, -2], 0.741848),
        ([3, 0, 0, -3], 0.196825),
        ([-2, 0, 0, 2], 12.525862),
    ],
)
def test_the_gap_loss_is_that_of_the_reference(scores, loss):
    assert gap_loss(*(tensor([score]) for score in scores)).item() == pytest.approx(loss, abs=1e-6)


def test_the_gap_loss_is_least_where_equals_lie_midway():
    def loss(middle: float) -> float:
        return gap_loss(tensor([2.0]), tensor([middle]), tensor([middle]), tensor([-1.0])).item()

    assert loss(0.5) < min(loss(0.3), loss(0.7))
