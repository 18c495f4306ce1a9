"""A small CLIP on clean artwork: `base` for fine-tuning (training vendors) or `judge` for scoring (judge vendors).

Command: OMP_WAIT_POLICY=passive uv run python -m recipes.emoji_clip base --artwork .cache/artwork \
  --vision .cache/refiner/vision.pt --out .cache/emoji-clip-base
Expect six minutes on two quiet cores and 46 % on noto, 24 % on openmoji among 1,914 labels (base).
"""

import argparse
import dataclasses
import json
import time
from pathlib import Path

import torch

from trainer.model import build_clip
from trainer.refiner.artwork import (
    CORPUS_VENDORS,
    JUDGE_VENDORS,
    TRAIN_VENDORS,
    load_artwork,
    load_concepts,
    without_held_out,
)
from trainer.refiner.clip_package import write_small_package
from trainer.refiner.clip_pretrain import ClipRecipe, align_text, encode_images, encode_labels, take_vision, train_clip
from trainer.refiner.clip_tokenizer import cut_merges, make_tokenizer

ROLES = {"base": TRAIN_VENDORS, "judge": JUDGE_VENDORS}
CONFIGS = {"base": "emoji_clip.json", "judge": "emoji_clip_judge.json"}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("role", choices=ROLES)
    arguments.add_argument("--artwork", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--vision", type=Path, help="vision.pt of recipes.refiner_vision, same vendors")
    arguments.add_argument("--align-seconds", type=float, default=120)
    arguments.add_argument("--seconds", type=float, default=400)
    args = arguments.parse_args()
    torch.manual_seed(3)
    torch.set_num_threads(2)
    args.out.mkdir(parents=True, exist_ok=True)

    architecture = json.loads(Path(__file__).with_name(CONFIGS[args.role]).read_text())
    concepts = load_concepts(args.artwork)
    train = without_held_out(load_artwork(args.artwork, ROLES[args.role], concepts), concepts)
    dev = load_artwork(args.artwork, CORPUS_VENDORS, concepts)
    merges = args.out / "bpe.txt.gz"
    cut_merges(merges, architecture["text_cfg"]["vocab_size"])
    tokenizer = make_tokenizer(merges, architecture["text_cfg"]["context_length"])
    recipe = ClipRecipe(args.seconds, architecture["vision_cfg"]["image_size"], mean=1.0, std=0.5)
    is_held_out = torch.tensor([concept.held_out for concept in concepts])[dev.concept_ids]

    def scores(clip) -> str:
        labels = encode_labels(clip, tokenizer, [concept.label for concept in concepts])
        right = ((encode_images(clip, dev.images, recipe) @ labels.T).argmax(1) == dev.concept_ids).float()
        parts = []
        for vendor in CORPUS_VENDORS:
            mine = torch.tensor([name == vendor for name in dev.vendors])
            parts.append(f"{vendor} {right[mine & ~is_held_out].mean():.3f}")
        return f"{' '.join(parts)} held-out {right[is_held_out].mean():.3f}"

    def report(line: str) -> None:
        print(time.strftime("%H:%M:%S"), line, flush=True)

    clip = build_clip(architecture)
    report(f"{sum(p.numel() for p in clip.parameters()):,} parameters, {len(train.images)} images")
    if args.vision:
        take_vision(clip, torch.load(args.vision)["model"])
        align = dataclasses.replace(recipe, seconds=args.align_seconds)
        align_text(clip, tokenizer, train, concepts, recipe=align, report=report, dev=scores)
        recipe = dataclasses.replace(recipe, rate=5e-4)
    clip = train_clip(clip, tokenizer, train, concepts, recipe=recipe, report=report, dev=scores)
    write_small_package(
        clip, tokenizer, args.out, name=f"emoji-clip-{args.role}", architecture=architecture, recipe=recipe
    )


if __name__ == "__main__":
    main()
