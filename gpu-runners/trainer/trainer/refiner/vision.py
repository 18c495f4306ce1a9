"""Teaches the vision tower to name drawings in the decoder's own words, before any decoder is trained.

The four image tokens are matched with the embeddings of the label's first three tokens and of the rest: a softmax over
all labels whose weights are the decoder's `embed_tokens`, so that naming what is seen is copying for the decoder.
Shape suffixes: B batch, C concepts, K image tokens, D width, S side in pixels.
"""

import copy
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import Idefics3ForConditionalGeneration, PreTrainedTokenizerFast

from trainer.refiner.artwork import Artwork, Concept
from trainer.refiner.augment import augment, resize
from trainer.refiner.shrink import IMAGE_SIZE, IMAGE_TOKENS, image_features, normalise

SLOTS = IMAGE_TOKENS


class LabelHead(nn.Module):
    """Scores labels by their token embeddings; owns only a temperature."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, concepts: list[Concept]) -> None:
        super().__init__()
        bags = [bag for concept in concepts for bag in _slots(tokenizer(" " + concept.label).input_ids)]
        self.register_buffer("ids", torch.tensor([id_ for bag in bags for id_ in bag]), persistent=False)
        starts = torch.tensor([0, *[len(bag) for bag in bags][:-1]]).cumsum(0)
        self.register_buffer("starts", starts, persistent=False)
        self.scale = nn.Parameter(torch.tensor(1.0))

    def forward(self, features_BKD: Tensor, embeddings_VD: Tensor) -> Tensor:
        labels_CKD = F.embedding_bag(self.ids, embeddings_VD, self.starts, mode="mean")
        labels = labels_CKD.view(-1, SLOTS * embeddings_VD.shape[1])
        return features_BKD.flatten(1) @ labels.T * self.scale


def initialise(model: Idefics3ForConditionalGeneration) -> None:
    """Unit-variance start with near-zero residual branches: at this size the stock 0.02 learns many times slower."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if ("vision_model" in name or "connector" in name) and weight.ndim >= 2 and "position" not in name:
                weight.normal_(0, weight[0].numel() ** -0.5)
                if "out_proj" in name or "fc2" in name:
                    weight.mul_(0.1)
        embeddings = model.get_input_embeddings().weight
        embeddings.normal_(0, embeddings.shape[1] ** -0.5)


def train_vision(
    model: Idefics3ForConditionalGeneration,
    head: LabelHead,
    artwork: Artwork,
    seen_C: Tensor,
    *,
    seconds: float,
    report: Callable[[str], None],
    checkpoint: Path,
    dev: Callable[[Idefics3ForConditionalGeneration, LabelHead], str],
    batch: int = 256,
    rate: float = 2e-3,
    every: int = 200,
) -> None:
    """Trains for `seconds` of wall time and leaves the averaged weights in `model`; saves them on the way."""
    embeddings = model.get_input_embeddings().weight
    weights = [p for n, p in model.named_parameters() if "vision_model" in n or "connector" in n]
    groups = [
        {"params": weights, "weight_decay": 0.1},
        {"params": [embeddings, head.scale], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)
    trained = [*weights, embeddings, head.scale]
    average = [w.detach().clone() for w in trained]
    start, step, recent = time.monotonic(), 0, 8.0
    for index in _batches(len(artwork.images), batch):
        done = (time.monotonic() - start) / seconds
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 100) * min(1, max(0.01, (1 - done) / 0.6))
        pixels = normalise(augment(artwork.images[index], IMAGE_SIZE, 0.5 + 0.35 * min(1, done * 2)))
        logits_BC = head(image_features(model, pixels), embeddings).masked_fill(~seen_C, -1e4)
        loss = F.cross_entropy(logits_BC, artwork.concept_ids[index])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        step += 1
        decay = min(0.998, step / (step + 20))
        torch._foreach_lerp_(average, [w.detach() for w in trained], 1 - decay)
        recent += 0.02 * (loss.item() - recent)
        if step % every == 0:
            averaged, averaged_head = _with(model, head, average)
            torch.save({"model": averaged.state_dict(), "head": averaged_head.state_dict()}, checkpoint)
            rate_now = step * batch / (time.monotonic() - start)
            report(f"step {step} {done:.0%} {rate_now:.0f} img/s loss {recent:.3f} {dev(averaged, averaged_head)}")
    with torch.no_grad():
        for weight, mean in zip(trained, average, strict=True):
            weight.copy_(mean)
    torch.save({"model": model.state_dict(), "head": head.state_dict()}, checkpoint)
    report(f"step {step} final {dev(model, head)}")


@torch.no_grad()
def predict_labels(model: Idefics3ForConditionalGeneration, head: LabelHead, images: Tensor) -> Tensor:
    """The index of the best label for each image, over all concepts."""
    embeddings = model.get_input_embeddings().weight
    views = (normalise(resize(part, IMAGE_SIZE)) for part in images.split(512))
    return torch.cat([head(image_features(model, view), embeddings).argmax(1) for view in views])


def _slots(ids: list[int]) -> list[list[int]]:
    return [[ids[k]] if k < len(ids) else [0] for k in range(SLOTS - 1)] + [ids[SLOTS - 1 :] or [0]]


def _batches(count: int, batch: int) -> Iterator[Tensor]:
    while True:
        yield from torch.randperm(count)[: count // batch * batch].split(batch)


def _with(model, head, average: list[Tensor]):
    model, head = copy.deepcopy(model), copy.deepcopy(head)
    weights = [p for n, p in model.named_parameters() if "vision_model" in n or "connector" in n]
    with torch.no_grad():
        for weight, mean in zip([*weights, model.get_input_embeddings().weight, head.scale], average, strict=True):
            weight.copy_(mean)
    return model, head
