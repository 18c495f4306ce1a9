"""Where a training ran, as far as it can change its numbers."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

from trainer.distributed import Place

PACKAGES = (
    "torch",
    "open-clip-torch",
    "timm",
    "numpy",
    "tokenizers",
    "pillow",
    "pyarrow",
    "safetensors",
    "onnxruntime",
)


def describe_environment(place: Place, threads: int) -> dict[str, Any]:
    """For `model.json`: versions, threads, processes and device."""
    device = place.device
    is_gpu = device.type == "cuda"
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "device": torch.cuda.get_device_name(device) if is_gpu else platform.machine() + " CPU",
        "cuda": torch.version.cuda if is_gpu else None,
        "processes": place.world,
        "threads": threads,
        "deterministic": torch.are_deterministic_algorithms_enabled(),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
