"""Step 2 of the refiner: the decoder learns to write records; step 1 must have left `vision.pt` in the folder.

Three rounds made the shipped one: 840 s, then 780 s and 470 s with `--continue-from`, on a shared machine.

Command: OMP_WAIT_POLICY=passive uv run python -m recipes.refiner_decoder --artwork .cache/artwork --out .cache/refiner
"""

import argparse
import time
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerFast

from trainer.refiner.artwork import CORPUS_VENDORS, TRAIN_VENDORS, load_artwork, load_concepts, without_held_out
from trainer.refiner.augment import resize
from trainer.refiner.decoder import (
    DecoderRecipe,
    PromptedRecords,
    cache_features,
    initialise_decoder,
    train_decoder,
)
from trainer.refiner.judge_records import label_of
from trainer.refiner.prompt import prompt_ids
from trainer.refiner.records import parse
from trainer.refiner.shrink import IMAGE_SIZE, make_model, normalise


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--artwork", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--seconds", type=float, default=900)
    arguments.add_argument("--continue-from", type=Path, help="a decoder.pt to start from instead")
    arguments.add_argument("--names-only", action="store_true", help="learn only the label of d+, in half the time")
    args = arguments.parse_args()
    torch.manual_seed(2)
    torch.set_num_threads(2)

    concepts = load_concepts(args.artwork)
    train = without_held_out(load_artwork(args.artwork, TRAIN_VENDORS, concepts), concepts)
    dev = without_held_out(load_artwork(args.artwork, CORPUS_VENDORS, concepts), concepts)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(args.out / "tokenizer")
    model = make_model(tokenizer)
    vision = torch.load(args.out / "vision.pt")["model"]
    model.load_state_dict({k: v for k, v in vision.items() if "text_model.layers" not in k}, strict=False)
    if args.continue_from:
        model.load_state_dict(torch.load(args.continue_from))
    else:
        initialise_decoder(model)

    recipe = DecoderRecipe(seconds=args.seconds, names_only=args.names_only)
    features = cache_features(model.eval(), train.images, recipe)
    data = PromptedRecords(tokenizer, concepts, train)
    sample = torch.randperm(len(dev.images), generator=torch.Generator().manual_seed(0))[:384].tolist()
    pixels = normalise(resize(dev.images[sample], IMAGE_SIZE))

    @torch.no_grad()
    def scores(model) -> str:
        model.eval()
        parts = []
        for name in ("noisy", "none"):
            prompts = [prompt_ids(tokenizer, dev.alts[i][15]["text"] if name == "noisy" else "") for i in sample]
            batch = tokenizer.pad({"input_ids": prompts}, return_tensors="pt")
            output = model.generate(**batch, pixel_values=pixels[:, None], max_new_tokens=40)
            texts = tokenizer.batch_decode(output[:, batch["input_ids"].shape[1] :])
            labels = [concepts[int(dev.concept_ids[i])].label for i in sample]
            right = [label_of(parse(text)) == label for text, label in zip(texts, labels, strict=True)]
            parts.append(f"{name} {sum(right) / len(right):.3f}")
        return f"{' '.join(parts)} | {texts[0][:90]}"

    def report(line: str) -> None:
        print(time.strftime("%H:%M:%S"), line, flush=True)

    checkpoint = args.out / "decoder.pt"
    train_decoder(model, tokenizer, data, features, recipe=recipe, checkpoint=checkpoint, report=report, dev=scores)


if __name__ == "__main__":
    main()
