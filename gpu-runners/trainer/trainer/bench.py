"""Cost of an HQ-CLIP step against a plain one: `python -m trainer.bench [architecture.json]`, one thread, made-up data.

The arms take turns and CPU seconds are counted, so another program on the machine shifts both alike.
"""

import argparse
import json
import random
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from trainer.captions import Pieces
from trainer.data import Batches, Corpus, TagFacts
from trainer.distributed import Place
from trainer.images import ImageStore
from trainer.recipe import Hni, Recipe, Tags
from trainer.spec import Spec
from trainer.train import set_up

SAMPLES = 2048
VOCABULARY = 512
# Most that an HQ-CLIP step may cost in plain ones.
GOAL = 1.3
PLAIN = Recipe(batch_size=128)
HQ = replace(PLAIN, positive_probability=0.8, hni=Hni(weight=0.5), tags=Tags(weight=0.3))
# Tokens of a text, from and to: raw alt-text of any length, descriptions of a sentence, a few tags.
LENGTHS = {"raw": (3, 20), "positive": (8, 18), "negative": (8, 18), "tags": (5, 14)}


def main() -> None:
    parser = argparse.ArgumentParser(description="Print what a step costs.")
    default = Path(__file__).parents[1] / "recipes" / "emoji_clip.json"
    parser.add_argument("architecture", type=Path, nargs="?", default=default)
    parser.add_argument("--steps", type=int, default=40)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    architecture = json.loads(arguments.architecture.read_text())
    arms = {name: make_arm(architecture, recipe) for name, recipe in (("plain", PLAIN), ("hq", HQ))}
    seconds: dict[str, list[float]] = {name: [] for name in arms}
    for step in range(arguments.steps):
        for name, arm in arms.items():
            before = time.process_time()
            arm.step(step, arm.trainee)
            if step >= arguments.steps // 5:
                seconds[name].append(time.process_time() - before)
    plain, hq = (statistics.median(seconds[name]) for name in ("plain", "hq"))
    result = {"plainStepMs": round(1000 * plain, 2), "hqStepMs": round(1000 * hq, 2), "ratio": round(hq / plain, 3)}
    verdict = {"goal": GOAL, "verdict": "met" if result["ratio"] <= GOAL else "MISSED"}
    print(json.dumps(result | verdict | {"batchSize": PLAIN.batch_size, "steps": arguments.steps}))


def make_arm(architecture: dict[str, Any], recipe: Recipe) -> Any:
    """A training on noise, which costs what a training on pictures costs."""
    text, side = architecture["text_cfg"], architecture["vision_cfg"]["image_size"]
    rng, end = random.Random(0), text["vocab_size"] - 1
    image = {"size": side, "mean": [0.5] * 3, "std": [0.5] * 3, "resize": "squash", "interpolation": "bicubic"}
    package = {"architecture": architecture, "embedDim": architecture["embed_dim"], "image": image}

    def tokens(kind: str) -> torch.Tensor:
        rows_NL = torch.zeros(SAMPLES, text["context_length"], dtype=torch.int32)
        for row_L in rows_NL:
            length = min(rng.randint(*LENGTHS[kind]), text["context_length"])
            row_L[:length] = torch.tensor([rng.randrange(1, end - 1) for _ in range(length - 1)] + [end])
        return rows_NL

    images = ImageStore([], image, 0, 1)
    images.pixels_NCHW = torch.randint(0, 256, (SAMPLES, 3, side, side), dtype=torch.uint8)
    raw_NL = tokens("raw")
    everywhere = torch.ones(SAMPLES, dtype=torch.bool)
    is_hq = recipe.hni.weight > 0
    corpus = Corpus(
        uids=[f"{i:032x}" for i in range(SAMPLES)],
        is_earlier_N=~everywhere,
        source_N=torch.zeros(SAMPLES, dtype=torch.long),
        images=images,
        raw_NL=raw_NL,
        positives=pieces(raw_NL, tokens("positive")) if is_hq else None,
        negative_NL=tokens("negative") if is_hq else None,
        negative_tags_NL=tokens("tags") if is_hq else None,
        is_refined_N=everywhere,
        has_negative_2N=everywhere.expand(2, -1),
        tag_ids=[rng.sample(range(VOCABULARY), 4) if is_hq else [] for _ in range(SAMPLES)],
        tag_facts=TagFacts({}, torch.ones(VOCABULARY if is_hq else 0)),
        hash="",
    )
    nowhere = Path()
    spec = Spec("whetstone-train/1", "bench", 0, recipe, True, nowhere, (), nowhere, nowhere)
    return set_up(spec, Place(0, 1, torch.device("cpu")), (package, Batches(corpus, recipe, 0)))


def pieces(raw_NL: torch.Tensor, positive_NL: torch.Tensor) -> Pieces:
    """Each sample's raw text and its d+ after it."""
    tokens_PL = torch.stack([raw_NL, positive_NL], dim=1).flatten(0, 1)
    return Pieces(tokens_PL, 2 * torch.arange(len(raw_NL)), torch.full((len(raw_NL),), 2))


if __name__ == "__main__":
    main()
