"""Step 3 of the refiner: the trained checkpoint becomes the folder that Node reads (int8 weights, fp32 arithmetic).

Command: OMP_WAIT_POLICY=passive uv run python -m recipes.export_refiner --run .cache/refiner \
  --out ../refiner/models/emoji-refiner
"""

import argparse
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerFast

from trainer.refiner.export import export_refiner
from trainer.refiner.shrink import make_model


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--run", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    args = arguments.parse_args()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(args.run / "tokenizer")
    model = make_model(tokenizer)
    model.load_state_dict(torch.load(args.run / "decoder.pt"))
    export_refiner(model, tokenizer, args.out)


if __name__ == "__main__":
    main()
