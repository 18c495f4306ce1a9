import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.testing import assert_close

from trainer.losses.in_denominator import in_denominator_loss
from trainer.losses.one_plus_k import one_plus_k_loss, own_logits
from trainer.losses.two_way import two_way_loss

SCALE = torch.tensor(14.0)
ALL = torch.ones(2, 8, dtype=torch.bool)
SOME = torch.tensor([[True, False] * 4, [False, False, True, True] * 2])
Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def two_way(image: Tensor, positive: Tensor, negative: Tensor, mask: Tensor) -> Tensor:
    return two_way_loss(image, positive, negative, scale=SCALE, has_negative_KB=mask)


def in_denominator(image: Tensor, positive: Tensor, negative: Tensor, mask: Tensor) -> Tensor:
    return in_denominator_loss(image, positive, negative, scale=SCALE, has_negative_KB=mask)


def one_plus_k(image: Tensor, positive: Tensor, negative: Tensor, mask: Tensor) -> Tensor:
    return one_plus_k_loss(own_logits(image, positive, negative, SCALE), mask.T)


def focal(image: Tensor, positive: Tensor, negative: Tensor, mask: Tensor) -> Tensor:
    logits = own_logits(image, positive, negative, SCALE)
    return one_plus_k_loss(logits, mask.T, focal_gamma=2, label_smoothing=0.02)


every_form = pytest.mark.parametrize("loss", [two_way, in_denominator, one_plus_k, focal])


@pytest.fixture
def rows() -> tuple[Tensor, Tensor, Tensor]:
    """Unit vectors of images, positives and two negatives each, that want gradients."""
    generator = torch.Generator().manual_seed(0)
    shapes = (8, 16), (8, 16), (2, 8, 16)
    image, positive, negative = (
        F.normalize(torch.randn(*shape, generator=generator), dim=-1).requires_grad_() for shape in shapes
    )
    return image, positive, negative


@pytest.mark.parametrize(
    ("loss", "chance"), [(two_way, math.log(2)), (one_plus_k, math.log(3)), (in_denominator, math.log(3) / 2)]
)
def test_a_hard_negative_loss_at_chance(loss: Loss, chance: float) -> None:
    same = F.normalize(torch.ones(8, 16), dim=-1)

    assert_close(loss(same, same, same.expand(2, -1, -1), ALL), torch.tensor(chance))


def test_two_way_is_the_cross_entropy_of_two(rows: tuple[Tensor, Tensor, Tensor]) -> None:
    image, positive, negative = rows
    logits = SCALE * torch.stack([(image * positive).sum(-1), (image * negative[0]).sum(-1)], dim=-1)

    loss = two_way(image, positive, negative[:1], ALL[:1])

    assert_close(loss, F.cross_entropy(logits, torch.zeros(8, dtype=torch.long)))
    assert_close(loss, one_plus_k(image, positive, negative[:1], ALL[:1]))


def test_one_plus_k_smooths_as_torch_does(rows: tuple[Tensor, Tensor, Tensor]) -> None:
    logits = own_logits(*rows, SCALE)

    loss = one_plus_k_loss(logits, ALL.T, label_smoothing=0.1)

    assert_close(loss, F.cross_entropy(logits, torch.zeros(8, dtype=torch.long), label_smoothing=0.1))


def test_the_focal_factor_is_that_of_the_published_form(rows: tuple[Tensor, Tensor, Tensor]) -> None:
    logits = own_logits(*rows, SCALE)
    surprise = -logits.log_softmax(-1)
    target = torch.tensor([0.98 + 0.02 / 3, 0.02 / 3, 0.02 / 3])
    expected = (target * surprise * (1 - (-surprise).exp()) ** 2).sum(-1).mean()

    assert_close(focal(*rows, ALL), expected)
    assert one_plus_k_loss(logits, ALL.T, focal_gamma=2) < one_plus_k_loss(logits, ALL.T)


def test_the_denominator_holds_the_negatives_of_the_whole_batch(rows: tuple[Tensor, Tensor, Tensor]) -> None:
    image, positive, negative = rows
    own = torch.arange(8)
    texts = torch.cat([positive, *negative])
    plain = F.cross_entropy(SCALE * image @ positive.T, own)
    told_apart = F.cross_entropy(SCALE * image @ texts.T, own)

    assert_close(in_denominator(*rows, ALL), (told_apart - plain) / 2)


# Not the smoothed form, which pulls a negative closer that is far away already.
@pytest.mark.parametrize("loss", [two_way, in_denominator, one_plus_k])
def test_it_pulls_to_the_positive_and_away_from_the_own_negatives(loss: Loss, rows: tuple[Tensor, ...]) -> None:
    _, positive, negative = rows
    image = torch.eye(8, 16).requires_grad_()  # orthogonal, so that what other images want shows in no own similarity

    loss(image, positive, negative, ALL).backward()

    assert image.grad is not None
    assert positive.grad is not None
    assert negative.grad is not None
    assert ((-positive.grad * image).sum(-1) > 0).all()
    assert ((-negative.grad * image).sum(-1) < 0).all()


@every_form
def test_a_missing_negative_neither_counts_nor_learns(loss: Loss, rows: tuple[Tensor, Tensor, Tensor]) -> None:
    image, positive, negative = rows
    elsewhere = torch.where(SOME.unsqueeze(-1), negative.detach(), -negative.detach())

    value = loss(image, positive, negative, SOME)
    value.backward()

    assert_close(value, loss(image, positive, elsewhere, SOME))
    assert negative.grad is not None
    assert (negative.grad[~SOME] == 0).all()
    assert (negative.grad[SOME].norm(dim=-1) > 0).all()


@every_form
def test_a_batch_without_negatives_costs_nothing_and_is_no_nan(loss: Loss, rows: tuple[Tensor, ...]) -> None:
    image, positive, negative = rows

    value = loss(image, positive, negative, ~ALL)
    value.backward()

    assert value == 0
    assert all(row.grad is not None and (row.grad == 0).all() for row in rows)


@every_form
def test_a_loss_that_is_certain_keeps_finite_gradients(loss: Loss) -> None:
    image = torch.eye(8, 16).requires_grad_()

    loss(image, torch.eye(8, 16), -torch.eye(8, 16).expand(2, -1, -1), ALL).backward()

    assert image.grad is not None
    assert image.grad.isfinite().all()
