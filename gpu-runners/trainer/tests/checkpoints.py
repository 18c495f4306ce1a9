"""Tiny random CLIPs as others save them: `python -m tests.checkpoints FOLDER` writes both layouts.

`hf` is transformers', `open_clip` open_clip's. `expected.json` beside them holds what each model itself makes of
`picture.png` and of a few texts, as unit vectors.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor
from transformers import CLIPConfig, CLIPModel

from tests.conftest import CONTEXT, architecture, write_tokenizer
from trainer.model import Clip, build_clip

TOWER = {"hidden_size": 32, "intermediate_size": 96, "num_hidden_layers": 2}
TEXTS = ["a photo of a red square", "blue", "two words and then a few more of them"]
START, END, SIDE, MEAN, STD = 998, 999, 32, [0.1] * 3, [0.2] * 3


def hf_config(**change: Any) -> CLIPConfig:
    text = {**TOWER, "num_attention_heads": 2, "vocab_size": 1000, "max_position_embeddings": CONTEXT}
    vision = {**TOWER, "num_attention_heads": 4, "image_size": SIDE, "patch_size": 8}
    text |= {"bos_token_id": START, "eos_token_id": END, "hidden_act": "quick_gelu"} | change
    return CLIPConfig(text_config=text, vision_config=vision | {"hidden_act": text["hidden_act"]}, projection_dim=24)


def save_hf(model: CLIPModel, folder: Path, tokenizer_json: Path) -> Path:
    model.save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes(tokenizer_json.read_bytes())
    processor = {"crop_size": {"height": SIDE, "width": SIDE}, "image_mean": MEAN, "image_std": STD, "resample": 3}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder


def save_open_clip(clip: Clip, config: dict[str, Any], folder: Path, tokenizer_json: Path, **preprocess: Any) -> Path:
    folder.mkdir()
    save_file(clip.state_dict(), folder / "open_clip_model.safetensors")
    document = {"model_cfg": config, "preprocess_cfg": {"mean": MEAN, "std": STD, "size": SIDE} | preprocess}
    (folder / "open_clip_config.json").write_text(json.dumps(document))
    (folder / "tokenizer.json").write_bytes(tokenizer_json.read_bytes())
    return folder


def projected(output: Any) -> Tensor:
    return output if isinstance(output, Tensor) else output.pooler_output


def main(folder: Path) -> None:
    torch.manual_seed(1)
    tokenizer_json = write_tokenizer(folder)
    theirs, config = CLIPModel(hf_config()).eval(), architecture()
    clip = build_clip(config).eval()
    save_hf(theirs, folder / "hf", tokenizer_json)
    save_open_clip(clip, config, folder / "open_clip", tokenizer_json)

    levels = np.random.default_rng(1).integers(256, size=(SIDE, SIDE, 3), dtype=np.uint8)
    Image.fromarray(levels).save(folder / "picture.png")
    pixels = (torch.tensor(levels).permute(2, 0, 1)[None] / 255 - MEAN[0]) / STD[0]
    tokens = torch.zeros(len(TEXTS), CONTEXT, dtype=torch.long)
    for row, text in zip(tokens, TEXTS, strict=True):
        ids = [START, *Tokenizer.from_file(str(tokenizer_json)).encode(text, add_special_tokens=False).ids, END]
        row[: len(ids)] = torch.tensor(ids)
    with torch.no_grad():
        found = {
            "hf": (theirs.get_image_features(pixels), theirs.get_text_features(tokens)),
            "open_clip": (clip.encode_image(pixels), clip.encode_text(tokens)),
        }
    vectors = {
        name: [F.normalize(projected(vector), dim=-1).tolist() for vector in both] for name, both in found.items()
    }
    (folder / "expected.json").write_text(json.dumps({"texts": TEXTS, "vectors": vectors}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
