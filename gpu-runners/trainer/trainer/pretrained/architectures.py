"""Architectures by open_clip's own names, as they are trained from scratch."""

import difflib
import json
from pathlib import Path
from typing import Any

import open_clip
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from open_clip.tokenizer import SimpleTokenizer

from trainer.model import CONFIG_KEYS
from trainer.refiner.clip_tokenizer import write_tokenizer_json
from trainer.spec import SpecError

FORMAT = "whetstone-model/1"


def named_architecture(name: str) -> dict[str, Any]:
    """open_clip's config of that name; refuses one whose text tower or tokenizer would be downloaded."""
    config = open_clip.get_model_config(name) if name in open_clip.list_models() else None
    if config is None:
        near = difflib.get_close_matches(name, open_clip.list_models(), 3, 0.3)
        raise SpecError(f"open_clip has no architecture {name!r}: did you mean {', '.join(near) or 'ViT-B-32'}?")
    for key in ("hf_model_name", "hf_tokenizer_name"):
        if other := config["text_cfg"].get(key):
            raise SpecError(f"architecture {name} brings the text files of {other}: start from that checkpoint instead")
    if unknown := sorted(config.keys() - CONFIG_KEYS):
        raise SpecError(f"architecture {name} has {unknown[0]}, which is not supported")
    return config


def write_named(name: str, folder: Path) -> None:
    """`model.json` and `tokenizer.json` of a model without weights: open_clip's vocabulary and CLIP's pixels."""
    architecture, tokenizer = named_architecture(name), SimpleTokenizer()
    write_tokenizer_json(tokenizer, folder / "tokenizer.json")
    image = image_facts({}, architecture)
    ids = {"padId": 0, "startId": tokenizer.sot_token_id, "endId": tokenizer.eot_token_id}
    write_model_json(folder, name, (architecture, image, ids))


def write_model_json(folder: Path, name: str, facts: tuple[dict[str, Any], dict[str, Any], dict[str, int]]) -> None:
    architecture, image, ids = facts
    document = {
        "format": FORMAT,
        "name": name,
        "architecture": architecture,
        "embedDim": architecture["embed_dim"],
        "context": architecture["text_cfg"].get("context_length", 77),
        "image": image,
        "tokenizer": ids,
    }
    (folder / "model.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def image_facts(preprocess: dict[str, Any], architecture: dict[str, Any]) -> dict[str, Any]:
    """What `model.json` says of pixels, from open_clip's `preprocess_cfg`; what that leaves out is CLIP's."""
    size = preprocess.get("size", architecture["vision_cfg"].get("image_size", 224))
    side = size if isinstance(size, int) else size[0]
    if not isinstance(size, int) and len(set(size)) > 1:
        raise SpecError(f"images of {size} pixels are not supported: sides must be alike")
    return {
        "size": side,
        "mean": list(preprocess.get("mean", OPENAI_DATASET_MEAN)),
        "std": list(preprocess.get("std", OPENAI_DATASET_STD)),
        "resize": _one_of("resize_mode", preprocess.get("resize_mode", "shortest"), ("shortest", "squash")),
        "interpolation": _one_of("interpolation", preprocess.get("interpolation", "bicubic"), ("bicubic", "bilinear")),
    }


def _one_of(key: str, value: Any, known: tuple[str, ...]) -> str:
    if value not in known:
        raise SpecError(f"preprocess_cfg.{key} {value!r} is not supported: it must be {' or '.join(known)}")
    return value
