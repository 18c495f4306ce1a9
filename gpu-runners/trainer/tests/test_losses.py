import math

import pytest
import torch
import torch.nn.functional as F
from open_clip.loss import ClipLoss
from torch import Tensor
from torch.testing import assert_close

from trainer.losses import contrastive_loss, hard_negative_loss, tag_loss

SCALE = torch.tensor(14.0)
ALL = torch.ones(8, dtype=torch.bool)


@pytest.fixture
def rows() -> tuple[Tensor, Tensor, Tensor]:
    """Unit vectors of images, positives and negatives that want gradients."""
    generator = torch.Generator().manual_seed(0)
    image, positive, negative = (
        F.normalize(torch.randn(8, 16, generator=generator), dim=-1).requires_grad_() for _ in range(3)
    )
    return image, positive, negative


def hni(rows: tuple[Tensor, Tensor, Tensor], mask: Tensor = ALL) -> Tensor:
    return hard_negative_loss(*rows, scale=SCALE, has_negative_B=mask)


def test_contrastive_loss_is_open_clips(rows: tuple[Tensor, Tensor, Tensor]) -> None:
    image, positive, _ = rows

    assert_close(contrastive_loss(image, positive, SCALE), ClipLoss()(image, positive, SCALE))


def test_contrastive_loss_at_chance_is_the_log_of_the_batch() -> None:
    same = F.normalize(torch.ones(8, 16), dim=-1)

    assert_close(contrastive_loss(same, same, SCALE), torch.tensor(math.log(8)))


def test_contrastive_loss_is_blind_to_order_and_rotation(rows: tuple[Tensor, Tensor, Tensor]) -> None:
    image, positive, _ = rows
    order = torch.randperm(8, generator=torch.Generator().manual_seed(1))
    rotation = torch.linalg.qr(torch.randn(16, 16, generator=torch.Generator().manual_seed(2)))[0]

    changed = contrastive_loss(image[order] @ rotation, positive[order] @ rotation, SCALE)

    assert_close(changed, contrastive_loss(image, positive, SCALE))


def test_hard_negative_loss_at_chance_is_log_2(rows: tuple[Tensor, Tensor, Tensor]) -> None:
    image, positive, _ = rows

    assert_close(hni((image, positive, positive)), torch.tensor(math.log(2)))


def test_hard_negative_loss_is_the_two_way_cross_entropy(rows: tuple[Tensor, Tensor, Tensor]) -> None:
    image, positive, negative = rows
    logits = SCALE * torch.stack([(image * positive).sum(-1), (image * negative).sum(-1)], dim=-1)

    assert_close(hni(rows), F.cross_entropy(logits, torch.zeros(8, dtype=torch.long)))


def test_hard_negative_loss_pulls_to_the_positive_and_away_from_the_negative(rows: tuple[Tensor, ...]) -> None:
    image, positive, negative = rows

    hni((image, positive, negative)).backward()

    assert image.grad is not None
    assert positive.grad is not None
    assert negative.grad is not None
    assert ((-positive.grad * image).sum(-1) > 0).all()
    assert ((-negative.grad * image).sum(-1) < 0).all()


def test_a_sample_without_a_negative_neither_counts_nor_learns(rows: tuple[Tensor, Tensor, Tensor]) -> None:
    mask = torch.tensor([True, False] * 4)
    image, positive, negative = rows

    loss = hni(rows, mask)
    loss.backward()

    assert_close(loss, hni((image[mask], positive[mask], negative[mask]), ALL[:4]))
    assert negative.grad is not None
    assert (negative.grad[~mask] == 0).all()
    assert (negative.grad[mask].norm(dim=-1) > 0).all()


def test_a_batch_without_negatives_costs_nothing_and_is_no_nan(rows: tuple[Tensor, Tensor, Tensor]) -> None:
    loss = hni(rows, ~ALL)
    loss.backward()

    assert loss == 0
    assert rows[0].grad is not None
    assert (rows[0].grad == 0).all()


def test_tag_loss_at_chance_is_log_2_whatever_the_tags() -> None:
    target = torch.randint(0, 2, (8, 5), generator=torch.Generator().manual_seed(0)).float()

    assert_close(tag_loss(torch.zeros(8, 5), target, ALL), torch.tensor(math.log(2)))


def test_tag_loss_raises_what_is_there_and_lowers_what_is_not() -> None:
    logits = torch.zeros(8, 5, requires_grad=True)
    target = torch.randint(0, 2, (8, 5), generator=torch.Generator().manual_seed(0)).float()

    tag_loss(logits, target, torch.arange(8) < 6).backward()

    assert logits.grad is not None
    assert torch.equal(logits.grad[:6] < 0, target[:6] == 1)
    assert (logits.grad[6:] == 0).all()
