"""The small CLIP of the CIFAR proof: an open_clip ViT of 16 patches, from scratch, and open_clip's BPE cut short."""

import json
from pathlib import Path
from typing import Any

from trainer.refiner.clip_tokenizer import cut_merges, make_tokenizer, write_tokenizer_json

VOCABULARY, CONTEXT = 1_000, 40
ARCHITECTURE: dict[str, Any] = {
    "embed_dim": 64,
    "vision_cfg": {"image_size": 32, "patch_size": 8, "layers": 3, "width": 64, "head_width": 32},
    "text_cfg": {"context_length": CONTEXT, "vocab_size": VOCABULARY, "width": 64, "heads": 2, "layers": 1},
}


def write_init(folder: Path) -> None:
    """What a training from scratch reads: model.json and tokenizer.json."""
    folder.mkdir(parents=True, exist_ok=True)
    cut_merges(folder / "merges.txt.gz", VOCABULARY)
    tokenizer = make_tokenizer(folder / "merges.txt.gz", CONTEXT)
    write_tokenizer_json(tokenizer, folder / "tokenizer.json")
    image = {"size": 32, "mean": [0.5] * 3, "std": [0.25] * 3, "resize": "squash", "interpolation": "bicubic"}
    ids = {"padId": 0, "startId": tokenizer.sot_token_id, "endId": tokenizer.eot_token_id}
    document = {
        "format": "whetstone-model/1", "name": "proof", "architecture": ARCHITECTURE, "embedDim": 64,
        "context": CONTEXT, "image": image, "tokenizer": ids,
    }  # fmt: skip
    (folder / "model.json").write_text(json.dumps(document))
