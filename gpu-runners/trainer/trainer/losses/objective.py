"""What a recipe minimises: a function of a whole batch's features and targets alone."""

from typing import NamedTuple

import torch
from torch import Tensor

from trainer.losses.in_denominator import in_denominator_loss
from trainer.losses.infonce import infonce_loss
from trainer.losses.one_plus_k import one_plus_k_loss, own_logits
from trainer.losses.siglip import siglip_loss
from trainer.losses.tag_bce import tag_bce_loss
from trainer.losses.tag_softmax import tag_softmax_loss
from trainer.losses.two_way import two_way_loss
from trainer.recipe import Recipe, Tags


class Features(NamedTuple):
    """What the towers say of a batch: unit vectors, tag logits, and the learnt scale and bias of the logits."""

    image_BD: Tensor
    positive_BD: Tensor
    negatives: list[Tensor]
    """K times B by D; none while hard negatives are off."""
    tag_logits_BV: Tensor | None
    scale: Tensor
    bias: Tensor | None


class Targets(NamedTuple):
    """What is known of the batch. A sample without a refinement has neither negatives nor tags."""

    has_negative_KB: Tensor
    has_tags_B: Tensor
    tags_BV: Tensor | None
    tag_weight_V: Tensor


class Losses(NamedTuple):
    """One that the recipe turns off is None: it is not computed at all."""

    total: Tensor
    clip: Tensor
    hni: Tensor | None
    tags: Tensor | None


def objective(recipe: Recipe, features: Features, targets: Targets) -> Losses:
    """The contrastive loss, and the two of HQ-CLIP where their weight is above zero."""
    total = clip = _contrastive(recipe, features)
    hni = tags = None
    if recipe.hni.weight > 0 and features.negatives:
        hni = _hard_negatives(recipe, features, targets)
        # Inside the denominator the weight is at work already.
        total = total + (1 if recipe.hni.form == "in-denominator" else recipe.hni.weight) * hni
    if recipe.tags.weight > 0 and features.tag_logits_BV is not None:
        tags = _tags(recipe.tags, features.tag_logits_BV, targets)
        total = total + recipe.tags.weight * tags
    return Losses(total, clip, hni, tags)


def _contrastive(recipe: Recipe, features: Features) -> Tensor:
    image_BD, positive_BD, scale = features.image_BD, features.positive_BD, features.scale
    if recipe.contrastive.form == "siglip":
        assert features.bias is not None
        return siglip_loss(image_BD, positive_BD, scale, features.bias)
    return infonce_loss(image_BD, positive_BD, scale)


def _hard_negatives(recipe: Recipe, features: Features, targets: Targets) -> Tensor:
    hni, scale, has_negative_KB = recipe.hni, features.scale, targets.has_negative_KB
    rows = features.image_BD, features.positive_BD, torch.stack(features.negatives)
    if hni.form == "in-denominator":
        return in_denominator_loss(*rows, scale=scale, has_negative_KB=has_negative_KB, weight=hni.weight)
    if hni.form == "two-way":
        return two_way_loss(*rows, scale=scale, has_negative_KB=has_negative_KB)
    return one_plus_k_loss(
        own_logits(*rows, scale),
        has_negative_KB.T,
        focal_gamma=hni.focal_gamma,
        label_smoothing=hni.label_smoothing,
    )


def _tags(config: Tags, logits_BV: Tensor, targets: Targets) -> Tensor:
    assert targets.tags_BV is not None
    if config.form == "bce":
        return tag_bce_loss(logits_BV, targets.tags_BV, targets.has_tags_B)
    return tag_softmax_loss(logits_BV, targets.tags_BV, targets.has_tags_B, targets.tag_weight_V)
