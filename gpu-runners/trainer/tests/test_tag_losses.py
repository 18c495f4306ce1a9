import math

import torch
from torch.testing import assert_close

from trainer.losses.tag_bce import tag_bce_loss
from trainer.losses.tag_softmax import idf, tag_softmax_loss

ALL = torch.ones(8, dtype=torch.bool)
TAGS = torch.randint(0, 2, (8, 5), generator=torch.Generator().manual_seed(0)).float()
WEIGHTS = torch.tensor([0.1, 1.0, 2.0, 0.5, 3.0])


def test_at_chance_bce_is_log_2_and_the_softmax_the_log_of_the_vocabulary() -> None:
    has_tags = TAGS.sum(-1) > 0

    assert_close(tag_bce_loss(torch.zeros(8, 5), TAGS, ALL), torch.tensor(math.log(2)))
    assert_close(tag_softmax_loss(torch.zeros(8, 5), TAGS, has_tags, WEIGHTS), torch.tensor(math.log(5)))


def test_bce_raises_what_is_there_and_lowers_what_is_not() -> None:
    logits = torch.zeros(8, 5, requires_grad=True)

    tag_bce_loss(logits, TAGS, torch.arange(8) < 6).backward()

    assert logits.grad is not None
    assert torch.equal(logits.grad[:6] < 0, TAGS[:6] == 1)
    assert (logits.grad[6:] == 0).all()


def test_the_softmax_pulls_a_rare_tag_harder_than_a_common_one() -> None:
    logits = torch.zeros(1, 3, requires_grad=True)
    weights = idf(torch.tensor([1, 50, 10]), 100)

    tag_softmax_loss(logits, torch.tensor([[1.0, 1.0, 0.0]]), ALL[:1], weights).backward()

    assert logits.grad is not None
    rare, common, absent = (-logits.grad[0]).tolist()
    assert rare > common
    assert absent < 0
    assert_close(weights, torch.tensor([math.log(100), math.log(2), math.log(10)]))


def test_the_softmax_is_the_cross_entropy_with_the_weighted_target() -> None:
    logits = torch.randn(8, 5, generator=torch.Generator().manual_seed(1))
    has_tags = TAGS.sum(-1) > 0
    target = TAGS * WEIGHTS / (TAGS * WEIGHTS).sum(-1, keepdim=True)
    expected = torch.nn.functional.cross_entropy(logits[has_tags], target[has_tags])

    assert_close(tag_softmax_loss(logits, TAGS, ALL, WEIGHTS), expected)
    assert_close(tag_softmax_loss(logits + 7, TAGS, ALL, 2 * WEIGHTS), expected)


def test_samples_without_tags_or_with_only_a_tag_that_all_have_do_not_count() -> None:
    logits = torch.zeros(3, 2, requires_grad=True)
    tags = torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])

    loss = tag_softmax_loss(logits, tags, ALL[:3], idf(torch.tensor([3, 1]), 3))
    loss.backward()

    assert_close(loss, torch.tensor(math.log(2)))
    assert logits.grad is not None
    assert (logits.grad[:2] == 0).all()
    assert tag_bce_loss(logits, tags, ~ALL[:3]) == 0
