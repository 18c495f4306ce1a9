"""A checkpoint of others as a model package to start from: Hugging Face's CLIP or open_clip's layout, on disk."""

import json
import shutil
from pathlib import Path
from typing import Any

from open_clip.tokenizer import SimpleTokenizer
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

from trainer.model import build_clip
from trainer.pretrained import hf_clip
from trainer.pretrained.architectures import image_facts, write_model_json
from trainer.refiner.clip_tokenizer import write_tokenizer_json
from trainer.spec import SpecError
from trainer.weights import load_weights, read_checkpoint

OPEN_CLIP_FILES = ("open_clip_model.safetensors", "model.safetensors")
HF_FILES = ("model.safetensors",)
STARTS = ("<|startoftext|>", "<start_of_text>")
ENDS = ("<|endoftext|>", "<end_of_text>")


def write_pretrained(checkpoint: Path, name: str, folder: Path) -> None:
    """Writes model.json, tokenizer.json and weights.safetensors of the checkpoint to `folder`."""
    architecture, preprocess, state = _read(checkpoint)
    clip = build_clip(architecture)
    load_weights(clip, state, "the checkpoint")
    ids = _write_tokenizer(checkpoint, architecture, folder)
    save_file({key: value.contiguous() for key, value in clip.state_dict().items()}, folder / "weights.safetensors")
    write_model_json(folder, name, (architecture, image_facts(preprocess, architecture), ids))


def _read(checkpoint: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, Tensor]]:
    """Architecture, `preprocess_cfg` and weights, by open_clip's names."""
    if (checkpoint / "open_clip_config.json").is_file():
        config = _read_json(checkpoint / "open_clip_config.json")
        weights = read_checkpoint(checkpoint, OPEN_CLIP_FILES)
        return config["model_cfg"], config.get("preprocess_cfg", {}), {k: v.float() for k, v in weights.items()}
    if not (checkpoint / "config.json").is_file():
        raise SpecError("the checkpoint has neither open_clip_config.json nor config.json")
    architecture = hf_clip.to_architecture(_read_json(checkpoint / "config.json"))
    processor = checkpoint / "preprocessor_config.json"
    preprocess = hf_clip.to_preprocess(_read_json(processor)) if processor.is_file() else {}
    return architecture, preprocess, hf_clip.to_state(read_checkpoint(checkpoint, HF_FILES))


def _write_tokenizer(checkpoint: Path, architecture: dict[str, Any], folder: Path) -> dict[str, int]:
    """The checkpoint's own tokenizer, or CLIP's where it brings none and its vocabulary is CLIP's."""
    brought, written = checkpoint / "tokenizer.json", folder / "tokenizer.json"
    if brought.is_file():
        vocabulary = Tokenizer.from_file(str(brought)).get_vocab()
        start, end = (next((vocabulary[t] for t in names if t in vocabulary), None) for names in (STARTS, ENDS))
        if start is None or end is None:
            raise SpecError(f"tokenizer.json has no {STARTS[0]} and {ENDS[0]}: only CLIP's kind is supported")
        shutil.copyfile(brought, written)
        return {"padId": 0, "startId": start, "endId": end}
    tokenizer = SimpleTokenizer()
    vocab_size = architecture["text_cfg"].get("vocab_size", 49408)
    if vocab_size != tokenizer.vocab_size:
        raise SpecError(f"the checkpoint has no tokenizer.json, and {vocab_size} words are not CLIP's vocabulary")
    write_tokenizer_json(tokenizer, written)
    return {"padId": 0, "startId": tokenizer.sot_token_id, "endId": tokenizer.eot_token_id}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SpecError(f"{path.name} can't be read: {error}") from error
    if not isinstance(document, dict):
        raise SpecError(f"{path.name} is no JSON object")
    return document
