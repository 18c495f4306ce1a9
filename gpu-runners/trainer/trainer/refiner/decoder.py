"""Teaches the decoder to write records from frozen image features and alt-text that is dropped or bad.

Features are computed once per image and augmentation, so a step costs the decoder alone.
Shape suffixes: B batch, A augmentations, K image tokens, T tokens, D width, V vocabulary in use.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import Idefics3ForConditionalGeneration, PreTrainedTokenizerFast

from trainer.refiner.artwork import Artwork, Concept
from trainer.refiner.augment import augment
from trainer.refiner.prompt import prompt_ids
from trainer.refiner.records import POSITIVE_DESCRIPTION, RECORD_TOKENS, RecordWriter
from trainer.refiner.shrink import IMAGE_SIZE, image_features, normalise

# Before the record, d+, d-, t+, t-.
PART_WEIGHTS = torch.tensor([0.0, 3.0, 0.5, 1.0, 0.5])


@dataclass(frozen=True)
class DecoderRecipe:
    """How long and how to train; `alt_dropped` is the share of prompts without any alt-text.

    `names_only` cuts records after the label, the part that has to be seen: more than twice the samples a second.
    """

    seconds: float
    batch: int = 96
    rate: float = 1.5e-3
    alt_dropped: float = 0.25
    views: int = 12
    weakest: float = 0.8
    strongest: float = 1.4
    names_only: bool = False


def initialise_decoder(model: Idefics3ForConditionalGeneration) -> None:
    with torch.no_grad():
        for name, weight in model.model.text_model.named_parameters():
            if weight.ndim == 2 and "embed_tokens" not in name:
                weight.normal_(0, weight.shape[1] ** -0.5)
                if "o_proj" in name or "down_proj" in name:
                    weight.mul_(0.1)


@torch.no_grad()
def cache_features(model: Idefics3ForConditionalGeneration, images: Tensor, recipe: DecoderRecipe) -> Tensor:
    """Image tokens of several augmented views of each image, half precision.

    The tower names about half of the strong views, as it does with an unseen vendor: so the decoder learns when to
    believe the alt-text instead.
    """
    strengths = torch.linspace(recipe.weakest, recipe.strongest, recipe.views).tolist()
    views = [
        torch.cat([
            image_features(model, normalise(augment(part, IMAGE_SIZE, strength))).half()
            for part in images.split(512)
        ])
        for strength in strengths
    ]  # fmt: skip
    return torch.stack(views, 1)


class PromptedRecords:
    """Token rows of prompt and record; each draw brings another alt-text and another near miss."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, concepts: list[Concept], artwork: Artwork) -> None:
        writer, rng = RecordWriter(concepts), random.Random(7)
        encode = tokenizer.backend_tokenizer.encode
        variants = 8
        self.records = [[encode(writer.write(c, rng)).ids for _ in range(variants)] for c in concepts if not c.held_out]
        seen = [i for i, c in enumerate(concepts) if not c.held_out]
        self.names = [len(encode(f"{POSITIVE_DESCRIPTION} {c.label}").ids) + 1 for c in concepts if not c.held_out]
        self.record_of = {concept_id: row for row, concept_id in enumerate(seen)}
        self.concept_ids = artwork.concept_ids.tolist()
        self.bare = prompt_ids(tokenizer, "")
        self.prompts = [[prompt_ids(tokenizer, alt["text"]) for alt in alts] for alts in artwork.alts]
        self.pad = tokenizer.pad_token_id
        self.record_ids = [tokenizer.convert_tokens_to_ids(token) for token in RECORD_TOKENS]

    def draw(self, index: list[int], recipe: DecoderRecipe, rng: random.Random) -> tuple[Tensor, Tensor, Tensor]:
        """Token ids, attention mask and the loss weight of each token; rows are padded on the right."""
        rows = []
        for i in index:
            head = self.bare if rng.random() < recipe.alt_dropped else rng.choice(self.prompts[i])
            row = self.record_of[self.concept_ids[i]]
            record = rng.choice(self.records[row])
            rows.append((head, record[: self.names[row]] if recipe.names_only else record))
        width = max(len(head) + len(record) for head, record in rows)
        ids = torch.full((len(rows), width), self.pad)
        mask, target = torch.zeros(len(rows), width), torch.zeros(len(rows), width)
        for i, (head, record) in enumerate(rows):
            end = len(head) + len(record)
            ids[i, :end] = torch.tensor(head + record)
            mask[i, :end] = 1
            target[i, len(head) : end] = self._weights(record)
        return ids, mask, target

    def _weights(self, record: list[int]) -> Tensor:
        """What is seen counts most: the rest of a record follows from it, and a near miss is a matter of luck."""
        parts = (torch.tensor(record)[:, None] == torch.tensor(self.record_ids)).long().cumsum(0).sum(1)
        return PART_WEIGHTS[parts]


def train_decoder(
    model: Idefics3ForConditionalGeneration,
    tokenizer: PreTrainedTokenizerFast,
    data: PromptedRecords,
    features_NAKD: Tensor,
    *,
    recipe: DecoderRecipe,
    checkpoint: Path,
    report: Callable[[str], None],
    dev: Callable[[Idefics3ForConditionalGeneration], str],
    every: int = 150,
) -> None:
    """Trains for `recipe.seconds` of wall time; the vision tower never moves, the embeddings move slowly."""
    text, embed = model.model.text_model, model.get_input_embeddings()
    image_id = model.config.image_token_id
    used = torch.tensor(sorted({id_ for variants in data.records for record in variants for id_ in record}))
    place = torch.zeros(embed.num_embeddings, dtype=torch.long)
    place[used] = torch.arange(len(used))
    weights = [p for n, p in text.named_parameters() if "embed_tokens" not in n]
    groups = [
        {"params": weights, "weight_decay": 0.05, "share": 1.0},
        {"params": [embed.weight], "weight_decay": 0.0, "share": 0.2},
    ]
    optimiser = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.98), fused=True)
    rng, count, views = random.Random(11), len(features_NAKD), features_NAKD.shape[1]
    start, step, recent, order = time.monotonic(), 0, 8.0, []
    model.train()
    while (done := (time.monotonic() - start) / recipe.seconds) < 1:
        for group in optimiser.param_groups:
            rate = recipe.rate * min(1, (step + 1) / 60) * min(1, max(0.02, (1 - done) / 0.7))
            group["lr"] = rate * group["share"]
        if len(order) < recipe.batch:
            order = rng.sample(range(count), count)
        index, order = order[: recipe.batch], order[recipe.batch :]
        ids_BT, mask_BT, target_BT = data.draw(index, recipe, rng)
        view = torch.randint(0, views, (len(index),))
        image_BKD = features_NAKD[torch.tensor(index), view].float()
        embeds = embed(ids_BT).masked_scatter((ids_BT == image_id)[..., None], image_BKD)
        hidden = text(inputs_embeds=embeds, attention_mask=mask_BT.long(), use_cache=False).last_hidden_state
        predicts = target_BT[:, 1:] > 0
        logits_V = hidden[:, :-1][predicts] @ embed.weight[used].T
        losses = F.cross_entropy(logits_V, place[ids_BT[:, 1:][predicts]], reduction="none")
        loss = (losses * target_BT[:, 1:][predicts]).sum() / target_BT.sum()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([*weights, embed.weight], 1.0)
        optimiser.step()
        step += 1
        recent += 0.02 * (loss.item() - recent) if step > 50 else loss.item() - recent
        if step % every == 0:
            torch.save(model.state_dict(), checkpoint)
            speed = step * recipe.batch / (time.monotonic() - start)
            report(f"step {step} {done:.0%} {speed:.0f}/s loss {recent:.3f} {dev(model)}")
            model.train()
    model.eval()
    torch.save(model.state_dict(), checkpoint)
    report(f"step {step} final loss {recent:.3f} {dev(model)}")
