"""Step 1 of the refiner: the vision tower learns to name the training vendors' drawings.

With `--role judge` the same step starts the judge CLIP's smaller tower, on the judge vendors alone.

Command: OMP_WAIT_POLICY=passive uv run python -m recipes.refiner_vision --artwork .cache/artwork --out .cache/refiner
"""

import argparse
import random
import time
from pathlib import Path

import torch

from trainer.refiner.artwork import (
    CORPUS_VENDORS,
    JUDGE_VENDORS,
    TRAIN_VENDORS,
    load_artwork,
    load_concepts,
    without_held_out,
)
from trainer.refiner.records import RecordWriter
from trainer.refiner.shrink import make_model
from trainer.refiner.tokenizer import train_tokenizer
from trainer.refiner.vision import LabelHead, initialise, predict_labels, train_vision

VOCABULARY = 4096
VENDORS = {"refiner": TRAIN_VENDORS, "judge": JUDGE_VENDORS}
VISION = {"refiner": {}, "judge": {"num_hidden_layers": 2, "intermediate_size": 512}}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--artwork", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--role", choices=VENDORS, default="refiner")
    arguments.add_argument("--seconds", type=float, default=1200)
    args = arguments.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(2)
    args.out.mkdir(parents=True, exist_ok=True)

    concepts = load_concepts(args.artwork)
    train = without_held_out(load_artwork(args.artwork, VENDORS[args.role], concepts), concepts)
    dev = load_artwork(args.artwork, CORPUS_VENDORS, concepts)
    writer, rng = RecordWriter(concepts), random.Random(1)
    records = [writer.write(concepts[id_], rng) for id_ in train.concept_ids.tolist()]
    alts = [" " + alt["text"] for alts in train.alts for alt in alts[:6]]
    tokenizer = train_tokenizer([*records, *alts], VOCABULARY)
    tokenizer.save_pretrained(args.out / "tokenizer")

    model, head = make_model(tokenizer, VISION[args.role]), LabelHead(tokenizer, concepts)
    initialise(model)
    seen = torch.tensor([not concept.held_out for concept in concepts])
    is_seen = seen[dev.concept_ids]

    def scores(model, head) -> str:
        right = (predict_labels(model, head, dev.images) == dev.concept_ids).float()
        parts = []
        for vendor in CORPUS_VENDORS:
            mine = torch.tensor([name == vendor for name in dev.vendors])
            parts.append(f"{vendor} {right[mine & is_seen].mean():.3f}")
        return f"{' '.join(parts)} held-out {right[~is_seen].mean():.3f}"

    def report(line: str) -> None:
        print(time.strftime("%H:%M:%S"), line, flush=True)

    checkpoint = args.out / "vision.pt"
    train_vision(model, head, train, seen, seconds=args.seconds, report=report, checkpoint=checkpoint, dev=scores)


if __name__ == "__main__":
    main()
