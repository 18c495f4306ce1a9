"""A package of a model that was trained elsewhere, or of fresh weights: what `python -m trainer.pretrained` writes."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch

from trainer.export import write_package
from trainer.model import build_clip, read_package
from trainer.pretrained.architectures import write_named
from trainer.pretrained.hub import fetch_checkpoint
from trainer.pretrained.read_pretrained import write_pretrained


@dataclass(frozen=True)
class Origin:
    """One of: an architecture of open_clip by name, a checkpoint of the hub, a checkpoint on disk."""

    architecture: str | None = None
    hub_id: str | None = None
    revision: str | None = None
    folder: Path | None = None


def write_start(origin: Origin, name: str, folder: Path) -> None:
    """Writes what a training starts from: model.json, tokenizer.json and, unless weights are to be fresh, weights."""
    folder.mkdir(parents=True, exist_ok=True)
    if origin.architecture:
        write_named(origin.architecture, folder)
    elif origin.hub_id:
        write_pretrained(fetch_checkpoint(origin.hub_id, origin.revision or "main"), name, folder)
    elif origin.folder:
        write_pretrained(origin.folder, name, folder)


def make_package(origin: Origin, name: str, folder: Path) -> float:
    """Writes all five files; returns the largest difference between ONNX and PyTorch."""
    with tempfile.TemporaryDirectory() as temporary:
        start = Path(temporary)
        write_start(origin, name, start)
        package, weights = read_package(start), start / "weights.safetensors"
        torch.manual_seed(0)
        clip = build_clip(package["architecture"], weights if weights.exists() else None)
        source = {key: str(value) for key, value in vars(origin).items() if value and key != "folder"}
        document = {**package, "name": name, "origin": source or {"checkpoint": name}}
        return write_package(clip, document, start / "tokenizer.json", folder)
