"""Properties of what keeps old knowledge. Runs with them are in test_continual_train.py."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from trainer.continual.averaging import copy_state, interpolate, swapped, update_ema
from trainer.continual.distillation import distillation_loss
from trainer.continual.fisher import Score, diagonal_fisher, sampled_infonce
from trainer.continual.pull import pull


def info_nce(logits_BB: torch.Tensor) -> torch.Tensor:
    target_B = torch.arange(len(logits_BB))
    return (F.cross_entropy(logits_BB, target_B) + F.cross_entropy(logits_BB.T, target_B)) / 2


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_the_fisher_information_is_the_curvature_of_the_loss_where_logits_are_linear(
    generator: torch.Generator,
) -> None:
    images_BD, texts_BE = torch.randn(5, 3, generator=generator), torch.randn(5, 2, generator=generator)
    weight = (0.5 * torch.randn(3, 2, generator=generator)).requires_grad_()

    def score(_: None) -> Score:
        return sampled_infonce(images_BD @ weight @ texts_BE.T, generator)

    fisher = diagonal_fisher({"w": weight}, [None] * 6000, score)["w"]

    hessian = torch.autograd.functional.hessian(lambda w: info_nce(images_BD @ w @ texts_BE.T), weight.detach())
    assert_close(fisher.flatten(), torch.diagonal(torch.as_tensor(hessian).reshape(6, 6)), rtol=0.08, atol=0.01)


def test_a_parameter_the_loss_does_not_see_has_no_fisher_information(generator: torch.Generator) -> None:
    seen, unseen = nn.Parameter(torch.eye(4)), nn.Parameter(torch.ones(2))

    def score(_: None) -> Score:
        return sampled_infonce(seen * 1.0, generator)

    fisher = diagonal_fisher({"seen": seen, "unseen": unseen}, [None], score)

    assert fisher["seen"].sum() > 0
    assert fisher["unseen"].sum() == 0
    with pytest.raises(ValueError, match="at least one batch"):
        diagonal_fisher({"seen": seen}, [], score)


def test_a_model_that_is_certain_has_no_fisher_information(generator: torch.Generator) -> None:
    logits = (torch.eye(4) * 1000).requires_grad_()

    (gradient,) = torch.autograd.grad(sampled_infonce(logits, generator).loss, logits)

    assert_close(gradient, torch.zeros(4, 4))


@pytest.mark.parametrize("has_importance", [True, False])
def test_a_pull_has_the_gradient_of_the_penalty_it_returns(has_importance: bool) -> None:
    model = nn.Linear(3, 2)
    start = copy_state(model)
    importance = {name: torch.rand_like(value) for name, value in start.items()} if has_importance else None
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += torch.randn_like(parameter)

    def penalty() -> torch.Tensor:
        return sum(
            ((importance[n] if importance else 1.0) * (p - start[n]) ** 2).sum() * 1.5
            for n, p in model.named_parameters()
        )  # pyright: ignore[reportReturnType]

    expected = torch.autograd.grad(penalty(), list(model.parameters()))
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    returned = pull(model.named_parameters(), start, weight=3, importance=importance)

    assert_close(returned, penalty().detach())
    for parameter, gradient in zip(model.parameters(), expected, strict=True):
        assert_close(parameter.grad, gradient + 1)


def test_a_pull_from_where_one_stands_is_none_and_spares_what_is_new() -> None:
    model = nn.Linear(3, 2)
    start = {"weight": model.weight.detach().clone()}
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)

    assert pull(model.named_parameters(), start, weight=5) == 0
    model.bias.data += 7
    assert pull(model.named_parameters(), start, weight=5) == 0


def test_distillation_is_zero_at_the_old_belief_and_positive_elsewhere(generator: torch.Generator) -> None:
    old, other = torch.randn(2, 6, 6, generator=generator)
    old.requires_grad_()

    same = distillation_loss(old.detach() + 3, old, 2)
    apart = distillation_loss(other.requires_grad_(), old, 2)
    apart.backward()

    assert_close(same, torch.tensor(0.0), atol=1e-6, rtol=0)
    assert apart > 0.1
    assert old.grad is None
    assert other.grad is not None


def test_distillation_treats_images_and_texts_alike(generator: torch.Generator) -> None:
    new, old = torch.randn(2, 6, 6, generator=generator)

    assert_close(distillation_loss(new, old, 2), distillation_loss(new.T, old.T, 2))


def test_distillation_keeps_the_size_of_its_gradient_as_temperature_rises(generator: torch.Generator) -> None:
    new, old = torch.randn(2, 6, 6, generator=generator)
    new.requires_grad_()

    norms = [torch.autograd.grad(distillation_loss(new, old, t), new)[0].norm() for t in (20.0, 200.0)]

    assert_close(norms[0], norms[1], rtol=0.1, atol=0)


def test_an_average_of_weights_that_stand_still_is_those_weights_and_follows_those_that_move() -> None:
    model = nn.BatchNorm1d(3)
    average = copy_state(model)
    update_ema(average, model, 0.99, step=1000)
    assert_close(average, copy_state(model))
    with torch.no_grad():
        model.weight.add_(1)
    model.num_batches_tracked.add_(5)  # pyright: ignore[reportOptionalMemberAccess, reportCallIssue]

    update_ema(average, model, 0.99, step=10_000)

    assert_close(average["weight"], torch.full((3,), 1.01))
    assert average["num_batches_tracked"] == 5


def test_a_young_average_forgets_its_start_sooner() -> None:
    model = nn.Linear(1, 1, bias=False)
    average = {"weight": torch.zeros(1, 1)}
    model.weight.data.fill_(1)

    update_ema(average, model, 0.9999, step=1)

    assert_close(average["weight"].item(), 1 - 2 / 11)


def test_interpolation_ends_at_both_models_and_is_even_between(generator: torch.Generator) -> None:
    start = {"w": torch.randn(4, generator=generator), "n": torch.tensor(1)}
    end = {"w": torch.randn(4, generator=generator), "n": torch.tensor(9)}

    assert torch.equal(interpolate(start, end, 1)["w"], end["w"])
    assert torch.equal(interpolate(start, end, 0)["w"], start["w"])
    assert_close(interpolate(start, end, 0.25)["w"], 0.75 * start["w"] + 0.25 * end["w"])
    assert interpolate(start, end, 0.25)["n"] == 9


def test_weights_lent_for_a_while_come_back_bit_for_bit() -> None:
    model = nn.Linear(2, 2)
    own, other = copy_state(model), copy_state(nn.Linear(2, 2))

    with swapped(model, other):
        assert torch.equal(model.weight, other["weight"])

    assert torch.equal(model.weight, own["weight"])
