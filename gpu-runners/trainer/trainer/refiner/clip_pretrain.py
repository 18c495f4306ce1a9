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


@torch.no_grad()
def take_vision(clip: Clip, vision: dict[str, Tensor]) -> None:
    """Starts the image tower from a trained Idefics3 vision tower of the same shape (`vision.pt` of step 1)."""
    tower, prefix = clip.visual, "model.vision_model."
    old = {name.removeprefix(prefix): value for name, value in vision.items() if name.startswith(prefix)}
    tower.conv1.weight.copy_(old["embeddings.patch_embedding.weight"])
    tower.positional_embedding[1:] = (
        old["embeddings.position_embedding.weight"] + old["embeddings.patch_embedding.bias"]
    )
    tower.ln_post.load_state_dict({k: old[f"post_layernorm.{k}"] for k in ("weight", "bias")})
    for i, block in enumerate(tower.transformer.resblocks):
        layer = f"encoder.layers.{i}."
        for k in ("weight", "bias"):
            parts = [old[f"{layer}self_attn.{name}_proj.{k}"] for name in "qkv"]
            getattr(block.attn, f"in_proj_{k}").copy_(torch.cat(parts))
            getattr(block.attn.out_proj, k).copy_(old[f"{layer}self_attn.out_proj.{k}"])
            getattr(block.ln_1, k).copy_(old[f"{layer}layer_norm1.{k}"])
            getattr(block.ln_2, k).copy_(old[f"{layer}layer_norm2.{k}"])
            getattr(block.mlp.c_fc, k).copy_(old[f"{layer}mlp.fc1.{k}"])
            getattr(block.mlp.c_proj, k).copy_(old[f"{layer}mlp.fc2.{k}"])


def align_text(
    clip: Clip,
    tokenizer: SimpleTokenizer,
    artwork: Artwork,
    concepts: list[Concept],
    *,
    recipe: ClipRecipe,
    report: Callable[[str], None],
    dev: Callable[[Clip], str],
    views: int = 10,
    batch: int = 768,
) -> None:
    """Trains the text tower and the image projection against cached features of a frozen image tower."""
    features_NAD = pooled_views(clip, artwork.images, recipe, views)
    writer, rng = RecordWriter(concepts), random.Random(9)
    drawings = _drawings(artwork)
    weights = [p for n, p in clip.named_parameters() if not n.startswith("visual.")] + [clip.visual.proj]
    optimiser = torch.optim.AdamW(weights, lr=2e-3, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    start, step, order = time.monotonic(), 0, []
    while (done := (time.monotonic() - start) / recipe.seconds) < 1:
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * min(1, (step + 1) / 60) * min(1, max(0.05, (1 - done) / 0.5))
        if len(order) < batch:
            order = rng.sample(list(drawings), len(drawings))
        chosen, order = order[:batch], order[batch:]
        index = torch.tensor([rng.choice(drawings[c]) for c in chosen])
        image_BD = features_NAD[index, torch.randint(0, views, (len(index),))].float() @ clip.visual.proj
        text_BD = encode_short_text(clip, tokenizer([clean_text_of(concepts[c], writer, rng) for c in chosen]))
        _step(clip, optimiser, F.normalize(image_BD, dim=-1), text_BD)
        step += 1
        if step % 150 == 0:
            report(f"align step {step} {done:.0%} {dev(clip)}")
    report(f"align step {step} done {dev(clip)}")


@torch.no_grad()
def pooled_views(clip: Clip, images_NCSS: Tensor, recipe: ClipRecipe, views: int) -> Tensor:
    """Features before the projection, half precision, for several augmented views of each image."""
    projection, clip.visual.proj = clip.visual.proj, None
    parts = [
        torch.cat([
            clip.visual((augment(part, recipe.image_size, 0.8) - recipe.mean) / recipe.std).half()
            for part in images_NCSS.split(512)
        ])
        for _ in range(views)
    ]  # fmt: skip
    clip.visual.proj = projection
    return torch.stack(parts, 1)


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
    """Returns the averaged model. A batch never shows one concept twice, so other pairs are true negatives."""
    writer, rng = RecordWriter(concepts), random.Random(5)
    drawings = _drawings(artwork)
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
        pixels_BCSS = augment(artwork.images[index], recipe.image_size, 0.8)
        texts_BL = tokenizer([clean_text_of(concepts[c], writer, rng) for c in chosen])
        image_BD = clip.encode_image((pixels_BCSS - recipe.mean) / recipe.std, normalize=True)
        text_BD = encode_short_text(clip, texts_BL)
        loss = _step(clip, optimiser, image_BD, text_BD)
        step += 1
        _average(average, clip, min(0.995, step / (step + 20)))
        recent += 0.05 * (loss - recent)
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
    parts = ((resize(part, recipe.image_size) - recipe.mean) / recipe.std for part in images_NCSS.split(512))
    return torch.cat([clip.encode_image(part, normalize=True) for part in parts])


def _drawings(artwork: Artwork) -> dict[int, list[int]]:
    drawings: dict[int, list[int]] = {}
    for i, concept_id in enumerate(artwork.concept_ids.tolist()):
        drawings.setdefault(concept_id, []).append(i)
    return drawings


def _step(clip: Clip, optimiser: torch.optim.Optimizer, image_BD: Tensor, text_BD: Tensor) -> float:
    """One step of InfoNCE both ways."""
    logits_BB = clip.logit_scale.exp() * image_BD @ text_BD.T
    truth = torch.arange(len(logits_BB))
    loss = (F.cross_entropy(logits_BB, truth) + F.cross_entropy(logits_BB.T, truth)) / 2
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(clip.parameters(), 1.0)
    optimiser.step()
    clamp_scale(clip)
    return loss.item()


@torch.no_grad()
def _average(average: Clip, clip: Clip, decay: float) -> None:
    for mean, value in zip(average.state_dict().values(), clip.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)
