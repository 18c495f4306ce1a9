"""A package of a model that was trained elsewhere, or of fresh weights: what `python -m trainer.pretrained` writes."""

import tempfile
from pathlib import Path

import torch

from trainer.export import write_package
from trainer.model import build_clip, read_package
from trainer.pretrained.start import Origin, write_start


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
