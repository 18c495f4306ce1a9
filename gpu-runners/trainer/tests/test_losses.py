"""The contrastive losses, and the objective that puts all of them together."""

import math

import pytest
import torch
import torch.nn.functional as F
from open_clip.loss import ClipLoss, SigLipLoss
from torch import Tensor
from torch.testing import assert_close

from trainer.losses.infonce import infonce_loss
from trainer.losses.objective import Features, Targets, objective
from trainer.losses.siglip import siglip_loss
from trainer.recipe import Contrastive, Hni, Recipe, Tags

SCALE, BIAS = torch.tensor(14.0), torch.tensor(-10.0)
ALL = torch.ones(8, dtype=torch.bool)


def unit_rows(seed: int, rows: int = 8) -> Tensor:
    return F.normalize(torch.randn(rows, 16, generator=torch.Generator().manual_seed(seed)), dim=-1)


def features(**changes: object) -> Features:
    logits_BV = torch.randn(8, 5, generator=torch.Generator().manual_seed(9))
    all_ = Features(unit_rows(0), unit_rows(1), [unit_rows(2)], logits_BV, SCALE, BIAS)
    return all_._replace(**changes)


TAGS = torch.randint(0, 2, (8, 5), generator=torch.Generator().manual_seed(0)).float()
TARGETS = Targets(ALL.unsqueeze(0), ALL, TAGS, torch.rand(5, generator=torch.Generator().manual_seed(1)) + 0.1)


def test_infonce_is_open_clips_with_its_gradients() -> None:
    mine, theirs = ([unit_rows(0).requires_grad_(), unit_rows(1).requires_grad_()] for _ in range(2))

    loss, reference = infonce_loss(mine[0], mine[1], SCALE), ClipLoss()(*theirs, SCALE)
    loss.backward()
    reference.backward()

    assert_close(loss, reference)
    assert_close([rows.grad for rows in mine], [rows.grad for rows in theirs])


def test_siglip_is_open_clips_with_its_gradients() -> None:
    mine, theirs = (
        [value.clone().requires_grad_() for value in (unit_rows(0), unit_rows(1), SCALE, BIAS)] for _ in range(2)
    )

    loss, reference = siglip_loss(*mine), SigLipLoss()(*theirs)
    loss.backward()
    reference.backward()

    assert_close(loss, reference)
    assert_close([value.grad for value in mine], [value.grad for value in theirs])


def test_at_chance_infonce_is_the_log_of_the_batch_and_siglip_a_bit_a_pair() -> None:
    same, zero = F.normalize(torch.ones(8, 16), dim=-1), torch.tensor(0.0)

    assert_close(infonce_loss(same, same, SCALE), torch.tensor(math.log(8)))
    assert_close(siglip_loss(same, same, zero, zero), torch.tensor(8 * math.log(2)))


@pytest.mark.parametrize("form", ["infonce", "siglip"])
def test_a_contrastive_loss_is_blind_to_order_and_rotation(form: str) -> None:
    order = torch.randperm(8, generator=torch.Generator().manual_seed(1))
    rotation = torch.linalg.qr(torch.randn(16, 16, generator=torch.Generator().manual_seed(2)))[0]
    image, text = unit_rows(0), unit_rows(1)

    def loss(image: Tensor, text: Tensor) -> Tensor:
        return infonce_loss(image, text, SCALE) if form == "infonce" else siglip_loss(image, text, SCALE, BIAS)

    assert_close(loss(image[order] @ rotation, text[order] @ rotation), loss(image, text))


def test_siglip_minds_the_bias_and_infonce_does_not() -> None:
    def loss(form: str, bias: float) -> Tensor:
        recipe = Recipe(contrastive=Contrastive(form=form))  # pyright: ignore[reportArgumentType]
        return objective(recipe, features(bias=torch.tensor(bias)), TARGETS).total

    assert loss("siglip", -10) != loss("siglip", 0)
    assert loss("infonce", -10) == loss("infonce", 0)


def test_a_loss_of_weight_zero_is_not_computed_and_moves_nothing() -> None:
    negative, logits = unit_rows(2).requires_grad_(), torch.zeros(8, 5, requires_grad=True)
    image = unit_rows(0).requires_grad_()

    losses = objective(Recipe(), features(image_BD=image, negatives=[negative], tag_logits_BV=logits), TARGETS)
    losses.total.backward()

    assert losses.hni is None
    assert losses.tags is None
    assert losses.total is losses.clip
    assert negative.grad is None
    assert logits.grad is None


@pytest.mark.parametrize("form", ["two-way", "one-plus-k"])
@pytest.mark.parametrize("tag_form", ["bce", "idf-softmax"])
def test_the_total_is_the_weighted_sum_of_its_parts(form: str, tag_form: str) -> None:
    recipe = Recipe(hni=Hni(0.5, form=form), tags=Tags(0.3, form=tag_form))  # pyright: ignore[reportArgumentType]

    losses = objective(recipe, features(), TARGETS)

    assert losses.hni is not None
    assert losses.tags is not None
    assert_close(losses.total, losses.clip + 0.5 * losses.hni + 0.3 * losses.tags)


def test_in_the_denominator_the_weight_is_at_work_inside() -> None:
    def total(weight: float) -> Tensor:
        return objective(Recipe(hni=Hni(weight, form="in-denominator")), features(), TARGETS).total

    image, text = unit_rows(0), torch.cat([unit_rows(1), unit_rows(2)])
    own = torch.arange(8)
    neg_clip = F.cross_entropy(SCALE * image @ text.T, own) + F.cross_entropy(SCALE * unit_rows(1) @ image.T, own)
    assert_close(total(1), neg_clip / 2)
    assert_close(total(1e-9), objective(Recipe(), features(), TARGETS).total, atol=1e-5, rtol=0)
