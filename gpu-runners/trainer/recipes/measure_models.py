"""Measures the shipped refiner and CLIPs on drawings they never saw, with the controls beside them.

Command: OMP_WAIT_POLICY=passive uv run python -m recipes.measure_models --artwork .cache/artwork \
  --refiner ../refiner/models/emoji-refiner --clips ../vision/models --out .cache/measured.json
The test vendor is touched only with --final, once, when nothing will be changed any more.
Takes about five minutes with all images.
"""

import argparse
import dataclasses
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from trainer.refiner.artwork import (
    CORPUS_VENDORS,
    JUDGE_VENDORS,
    TEST_VENDOR,
    TRAIN_VENDORS,
    Artwork,
    Concept,
    load_artwork,
    load_concepts,
    without_held_out,
)
from trainer.refiner.augment import resize
from trainer.refiner.export import MAX_NEW_TOKENS
from trainer.refiner.judge_records import ask, label_of, score
from trainer.refiner.onnx_loop import OnnxRefiner
from trainer.refiner.prompt import prompt_ids
from trainer.refiner.records import parse
from trainer.refiner.shrink import IMAGE_SIZE, normalise
from trainer.text import ClipTokenizer

ALT = 15
ALL_VENDORS = (*TRAIN_VENDORS, *JUDGE_VENDORS, *CORPUS_VENDORS)


def main() -> None:
    arguments = argparse.ArgumentParser()
    for name in ("artwork", "refiner", "clips", "out"):
        arguments.add_argument(f"--{name}", type=Path, required=True)
    arguments.add_argument("--images", type=int, default=10_000, help="asked of the refiner, a vendor")
    arguments.add_argument("--final", action="store_true")
    args = arguments.parse_args()
    torch.set_num_threads(2)
    concepts = load_concepts(args.artwork)
    result: dict = {"refiner": {}, "clips": {}, "pixelNearestNeighbour": {}}

    asked = CORPUS_VENDORS if not args.final else (TEST_VENDOR,)
    generate = make_generate(args.refiner)
    for vendor in asked:
        drawn = sample(load_artwork(args.artwork, (vendor,), concepts), args.images)
        result["refiner"][vendor] = measure_refiner(generate, drawn, concepts)
    train = load_artwork(args.artwork, TRAIN_VENDORS, concepts)
    for vendor in asked:
        drawn = load_artwork(args.artwork, (vendor,), concepts)
        result["pixelNearestNeighbour"][vendor] = nearest_pixel(without_held_out(train, concepts), drawn, concepts)
        for folder in sorted(args.clips.glob("emoji-clip-*")):
            result["clips"].setdefault(folder.name, {})[vendor] = zero_shot(folder, drawn, concepts)
    if not args.final:
        result["sameDrawing"] = same_drawing(args.artwork, concepts)
    args.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


def sample(artwork: Artwork, count: int) -> Artwork:
    """The same drawings whenever the same number is asked for."""
    keep = torch.randperm(len(artwork.images), generator=torch.Generator().manual_seed(0))[:count].tolist()
    return Artwork(
        images=artwork.images[keep],
        concept_ids=artwork.concept_ids[keep],
        alts=[artwork.alts[i] for i in keep],
        vendors=[artwork.vendors[i] for i in keep],
    )


def make_generate(folder: Path):
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    image = tokenizer.convert_tokens_to_ids("<image>")
    ids = {"pad": tokenizer.pad_token_id, "end": tokenizer.eos_token_id, "image": image}
    refiner = OnnxRefiner(folder)

    def generate(pixels: np.ndarray, alts: list[str]) -> list[str]:
        prompts = [prompt_ids(tokenizer, alt) for alt in alts]
        return tokenizer.batch_decode(refiner.generate(pixels, prompts, ids, MAX_NEW_TOKENS))

    return generate


def measure_refiner(generate, artwork: Artwork, concepts: list[Concept]) -> dict:
    pixels = normalise(resize(artwork.images, IMAGE_SIZE)).numpy()
    held_out = [concepts[i].held_out for i in artwork.concept_ids.tolist()]
    measured: dict = {}
    for how in ("noisy", "none", "shuffled"):
        start = time.monotonic()
        answers, truth = ask(generate, pixels, artwork, concepts, alt=ALT, how=how)
        seconds = time.monotonic() - start
        for name, wanted in (("seen", False), ("heldOut", True)):
            keep = [i for i, held in enumerate(held_out) if held == wanted]
            part = score([answers[i] for i in keep], [truth[i] for i in keep])
            measured[f"{how}/{name}"] = dataclasses.asdict(part)
        measured[f"{how}/samplesPerSecond"] = len(answers) / seconds
        if how == "noisy":
            measured["noisy/byKind"] = by_kind(answers, truth, artwork)
    return measured


def by_kind(answers: list[str], truth: list[Concept], artwork: Artwork) -> dict[str, float]:
    right: dict[str, list[bool]] = {}
    for answer, concept, alts in zip(answers, truth, artwork.alts, strict=True):
        if not concept.held_out:
            right.setdefault(alts[ALT]["kind"], []).append(label_of(parse(answer)) == concept.label)
    return {kind: sum(values) / len(values) for kind, values in sorted(right.items())}


def zero_shot(folder: Path, artwork: Artwork, concepts: list[Concept]) -> dict[str, float]:
    """Accuracy among all labels, read from the package's own graphs; held-out concepts apart."""
    package = json.loads((folder / "model.json").read_text())
    tokenizer = ClipTokenizer(folder / "tokenizer.json", package)
    image, size = package["image"], package["image"]["size"]
    pixels = (resize(artwork.images, size) - torch.tensor(image["mean"]).view(3, 1, 1)) / image["std"][0]
    image_ND = encode(folder / "visual.onnx", "image", pixels)
    probes = [
        encode(folder / "text.onnx", "tokens", tokenizer([form.format(c.label) for c in concepts]).long())
        for form in ("{}", "an image of {}")
    ]
    label_CD = F.normalize(sum(probes), dim=-1)
    order = (image_ND @ label_CD.T).topk(5, dim=1).indices == artwork.concept_ids[:, None]
    held = torch.tensor([concept.held_out for concept in concepts])[artwork.concept_ids]
    return {
        "acc1": order[~held, 0].float().mean().item(),
        "acc5": order[~held].any(1).float().mean().item(),
        "heldOutAcc1": order[held, 0].float().mean().item(),
    }


def encode(graph: Path, name: str, rows: Tensor) -> Tensor:
    session = ort.InferenceSession(graph)
    return torch.cat([torch.from_numpy(session.run(None, {name: part.numpy()})[0]) for part in rows.split(256)])


def nearest_pixel(train: Artwork, drawn: Artwork, concepts: list[Concept]) -> float:
    """The label of the training drawing with the best correlation of 12 pixel grids; concepts seen in training."""
    best = (grid(drawn.images) @ grid(train.images).T).argmax(1)
    held = torch.tensor([concept.held_out for concept in concepts])[drawn.concept_ids]
    return (train.concept_ids[best] == drawn.concept_ids)[~held].float().mean().item()


def same_drawing(folder: Path, concepts: list[Concept]) -> dict[str, dict[str, float]]:
    """Share of a vendor's drawings that another vendor repeats almost pixel by pixel (correlation above 0.95)."""
    grids: dict[str, dict[int, Tensor]] = {}
    for vendor in ALL_VENDORS:
        artwork = load_artwork(folder, (vendor,), concepts)
        grids[vendor] = dict(zip(artwork.concept_ids.tolist(), grid(artwork.images), strict=True))
    table: dict[str, dict[str, float]] = {}
    for a in ALL_VENDORS:
        for b in ALL_VENDORS:
            common = grids[a].keys() & grids[b].keys()
            if a < b and common:
                same = sum(float(grids[a][c] @ grids[b][c]) > 0.95 for c in common)
                table.setdefault(a, {})[b] = round(same / len(common), 3)
    return table


def grid(images: Tensor) -> Tensor:
    flat = resize(images, 12).flatten(1)
    return F.normalize(flat - flat.mean(1, keepdim=True), dim=1)


if __name__ == "__main__":
    main()
