"""Trains a small CLIP on clean artwork: images against labels, descriptions and keywords.

Shape suffixes: B batch, N images, C channels, S side in pixels, L context, D embedding width.
"""

import copy
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor, nn

from trainer.model import Clip, clamp_scale
from trainer.refiner.artwork import Artwork, Concept
from trainer.refiner.augment import augment, resize
from trainer.refiner.records import RecordWriter, describe

TEMPLATES = ("{}", "an image of {}", "a picture of {}", "{} emoji", "{} icon")
PROBES = ("{}", "an image of {}")


@dataclass(frozen=True)
class ClipRecipe:
    """How long and how hard to train; `image_size`, `mean` and `std` are those of the package."""

    seconds: float
    image_size: int
    mean: float
    std: float
    batch: int = 256
    rate: float = 1.5e-3


def train_clip(
    clip: Clip,
    tokenizer: SimpleTokenizer,
    artwork: Artwork,
    concepts: list[Concept],
    *,
    recipe: ClipRecipe,
    report: Callable[[str], None],
    dev: Callable[[Clip], str],
    every: int = 100,
) -> Clip:
    """Returns the averaged model. A batch never shows one concept twice, so every off-diagonal pair is a true negative."""
    writer, rng = RecordWriter(concepts), random.Random(5)
    drawings: dict[int, list[int]] = {}
    for i, concept_id in enumerate(artwork.concept_ids.tolist()):
        drawings.setdefault(concept_id, []).append(i)
    decayed = [p for n, p in clip.named_parameters() if p.ndim >= 2 and "embedding" not in n]
    rest = [p for n, p in clip.named_parameters() if not (p.ndim >= 2 and "embedding" not in n)]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.98), fused=True)
    average = copy.deepcopy(clip).eval()
    start, step, recent, order = time.monotonic(), 0, 6.0, []
    while (done := (time.monotonic() - start) / recipe.seconds) < 1:
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * min(1, (step + 1) / 60) * min(1, max(0.01, (1 - done) / 0.6))
        if len(order) < recipe.batch:
            order = rng.sample(list(drawings), len(drawings))
        chosen, order = order[: recipe.batch], order[recipe.batch :]
        index = torch.tensor([rng.choice(drawings[c]) for c in chosen])
        pixels_BCSS = augment(artwork.images[index], recipe.image_size, 0.5 + 0.35 * min(1, done * 2))
        texts_BL = tokenizer([clean_text_of(concepts[c], writer, rng) for c in chosen])
        image_BD = clip.encode_image((pixels_BCSS - recipe.mean) / recipe.std, normalize=True)
        text_BD = encode_short_text(clip, texts_BL)
        logits_BB = clip.logit_scale.exp() * image_BD @ text_BD.T
        truth = torch.arange(len(chosen))
        loss = (F.cross_entropy(logits_BB, truth) + F.cross_entropy(logits_BB.T, truth)) / 2
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(clip.parameters(), 1.0)
        optimiser.step()
        clamp_scale(clip)
        step += 1
        _average(average, clip, min(0.995, step / (step + 20)))
        recent += 0.05 * (loss.item() - recent)
        if step % every == 0:
            speed = step * recipe.batch / (time.monotonic() - start)
            report(f"step {step} {done:.0%} {speed:.0f} img/s loss {recent:.3f} {dev(average)}")
    report(f"step {step} final loss {recent:.3f} {dev(average)}")
    return average


def clean_text_of(concept: Concept, writer: RecordWriter, rng: random.Random) -> str:
    """A true text: the label in a template, the label with keywords, or keywords alone."""
    tags = writer.ranked_tags(concept)
    draw = rng.random()
    if draw < 0.5:
        return rng.choice(TEMPLATES).format(concept.label)
    if draw < 0.8:
        return describe(concept.label, rng.sample(tags, min(2, len(tags))))
    return ", ".join(rng.sample(tags, min(4, len(tags)))) if draw < 0.92 else f"{concept.label}, {concept.subgroup}"


def encode_short_text(clip: Clip, tokens_BL: Tensor) -> Tensor:
    """`encode_text` cut to the longest text of the batch: padding stands behind the end token, where nothing looks."""
    width = int((tokens_BL != 0).sum(1).max())
    tokens = tokens_BL[:, :width]
    hidden = clip.token_embedding(tokens) + clip.positional_embedding[:width]
    hidden = clip.ln_final(clip.transformer(hidden, attn_mask=clip.attn_mask[:width, :width]))
    pooled = hidden[torch.arange(len(tokens)), tokens.argmax(-1)]
    return F.normalize(pooled @ clip.text_projection, dim=-1)


@torch.no_grad()
def encode_labels(clip: Clip, tokenizer: SimpleTokenizer, labels: list[str]) -> Tensor:
    """Zero-shot class vectors: the mean over probes."""
    vectors = [encode_short_text(clip, tokenizer([probe.format(label) for label in labels])) for probe in PROBES]
    return F.normalize(sum(vectors), dim=-1)


@torch.no_grad()
def encode_images(clip: Clip, images_NCSS: Tensor, recipe: ClipRecipe) -> Tensor:
    parts = (
        (resize(part, recipe.image_size) - recipe.mean) / recipe.std for part in images_NCSS.split(512)
    )
    return torch.cat([clip.encode_image(part, normalize=True) for part in parts])


@torch.no_grad()
def _average(average: Clip, clip: Clip, decay: float) -> None:
    for mean, value in zip(average.state_dict().values(), clip.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)
