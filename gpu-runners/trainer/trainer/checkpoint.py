"""A training state in one safetensors file: tensors as tensors, the rest as JSON in the header. Never pickle."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn, optim

from trainer.recipe import Recipe, Scale
from trainer.scale import from_whole, to_whole
from trainer.spec import Spec, SpecError

FORMAT = "whetstone-checkpoint/2"
NOTHING: Mapping[str, Tensor] = MappingProxyType({})


@dataclass
class Progress:
    """How far training came. Random draws are functions of seed and step, so no generator state is kept."""

    step: int = 0
    curve: list[dict[str, Any]] = field(default_factory=list)
    looks: list[dict[str, Any]] = field(default_factory=list)
    predictions: list[dict[str, Any]] = field(default_factory=list)
    alarms: list[dict[str, Any]] = field(default_factory=list)


def fingerprint(spec: Spec, data_hash: str) -> str:
    """Names the training a checkpoint belongs to: same recipe, seed, model and data, or it can't be resumed.

    How the work is spread over devices doesn't count: another fleet may go on.
    """
    recipe = asdict(replace(spec.recipe, checkpoint_every_steps=Recipe.checkpoint_every_steps, scale=Scale()))
    facts = [spec.name, spec.seed, recipe, spec.from_scratch, data_hash, spec.weights]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def take_snapshot(
    model: nn.Module, optimizer: optim.Optimizer, extra: Mapping[str, Tensor] = NOTHING
) -> dict[str, Tensor]:
    """Whole tensors in host memory, by name; the training may go on at once. Every process must take it."""
    tensors = {f"model.{name}": to_whole(value) for name, value in model.state_dict().items()}
    tensors |= {f"extra.{name}": to_whole(value) for name, value in extra.items()}
    for name, parameter in model.named_parameters():
        for key, value in optimizer.state.get(parameter, {}).items():
            tensors[f"optimizer.{key}.{name}"] = to_whole(value)
    return tensors


def write_checkpoint(path: Path, tensors: dict[str, Tensor], progress: Progress, owner: str) -> None:
    """Writes beside the path and renames, so a kill leaves the last whole checkpoint."""
    header = {"format": FORMAT, "owner": owner, "progress": json.dumps(asdict(progress))}
    partial = path.with_suffix(f".{os.getpid()}.partial")
    save_file(tensors, partial, header)
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(path)


@torch.no_grad()
def load_checkpoint(
    path: Path, model: nn.Module, optimizer: optim.Optimizer, owner: str
) -> tuple[Progress, dict[str, Tensor]]:
    """Puts model and optimiser back where they were; refuses a checkpoint of another training.

    Returns how far it came and what `take_snapshot` was given as `extra`.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 -- not a dict
    except Exception as error:
        raise SpecError(f"checkpoint {path.name} can't be read: {error}") from error
    if header.get("format") != FORMAT or header.get("owner") != owner:
        raise SpecError(f"checkpoint {path.name} belongs to another training: start without it")
    state = model.state_dict()
    if missing := sorted(f"model.{name}" for name in state if f"model.{name}" not in tensors):
        raise SpecError(f"checkpoint {path.name} lacks {missing[0]}: start without it")
    for name, value in state.items():
        value.copy_(from_whole(tensors[f"model.{name}"], value))
    for name, parameter in model.named_parameters():
        for key in ("step", "exp_avg", "exp_avg_sq"):
            value = tensors[f"optimizer.{key}.{name}"]
            optimizer.state[parameter][key] = value if key == "step" else from_whole(value, parameter)
    extra = {name.removeprefix("extra."): value for name, value in tensors.items() if name.startswith("extra.")}
    return Progress(**json.loads(header["progress"])), extra
