"""Weights from safetensors files, and nothing else: a pickle can run code. What is no number or no fit is refused."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from trainer.spec import SpecError

PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
# A zip, as torch.save writes since 1.6, and pickle protocols 2 to 5.
PICKLE_STARTS = (b"PK\x03\x04", *(bytes([0x80, protocol]) for protocol in range(2, 6)))
CONVERT = (
    "it is a pickle, which can run code as it loads. Where you trust it, convert it: "
    'python -c "import torch, safetensors.torch as s; s.save_file({{k: v.contiguous() for k, v in '
    "torch.load('{name}', weights_only=True).items()}}, '{stem}.safetensors')\""
)


def read_weights(path: Path) -> dict[str, Tensor]:
    """All tensors of a safetensors file, finite ones."""
    if not path.is_file():
        raise SpecError(f"{path.name} is missing")
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(PICKLE_STARTS):
        raise SpecError(f"{path.name} is not safetensors: {CONVERT.format(name=path.name, stem=path.stem)}")
    try:
        state = load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise SpecError(f"{path.name} is not safetensors: {error}") from error
    for name, value in state.items():
        if value.is_floating_point() and not value.isfinite().all():
            raise SpecError(f"{path.name}: {name} holds values that are no numbers; its training had failed")
    return state


def read_checkpoint(folder: Path, names: tuple[str, ...]) -> dict[str, Tensor]:
    """The weights of a checkpoint in one file of `names`, or in the several that an index lists."""
    for name in names:
        if (folder / name).is_file():
            return read_weights(folder / name)
        index = folder / f"{name}.index.json"
        if index.is_file():
            files = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
            if any(Path(file).name != file for file in files):
                raise SpecError(f"{index.name} names a file outside its folder")
            return {key: value for file in sorted(files) for key, value in read_weights(folder / file).items()}
    for pickle in sorted(path for pattern in PICKLES for path in folder.glob(pattern)):
        advice = CONVERT.format(name=pickle.name, stem=Path(names[0]).stem)
        raise SpecError(f"{pickle.name} can't be used: {advice}")
    raise SpecError(f"the checkpoint has no {' or '.join(names)}")


def load_weights(model: nn.Module, state: dict[str, Tensor], what: str) -> None:
    """Puts `state` into `model`; says the first name or shape at odds."""
    wanted = model.state_dict()
    for name, value in wanted.items():
        if name not in state:
            raise SpecError(f"{what} lacks {name}, which its architecture has")
        if state[name].shape != value.shape:
            found, needed = list(state[name].shape), list(value.shape)
            raise SpecError(f"{what}: {name} is {found}, but the architecture needs {needed}")
    if extra := sorted(state.keys() - wanted.keys()):
        raise SpecError(f"{what} has {extra[0]}, which its architecture lacks")
    with torch.no_grad():
        model.load_state_dict(state)
