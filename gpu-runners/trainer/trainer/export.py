"""A model package (format whetstone-model/1): the same weights as safetensors and as ONNX that was checked to agree."""

import copy
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from trainer.class_token import keep_class_token
from trainer.model import Clip

OPSET = 18
TOLERANCE = 1e-4


class ImageEncoder(nn.Module):
    def __init__(self, clip: Clip) -> None:
        super().__init__()
        self.clip = clip

    def forward(self, image: Tensor) -> Tensor:
        return F.normalize(self.clip.encode_image(image), dim=-1)


class TextEncoder(nn.Module):
    def __init__(self, clip: Clip) -> None:
        super().__init__()
        self.clip = clip

    def forward(self, tokens: Tensor) -> Tensor:
        return F.normalize(self.clip.encode_text(tokens), dim=-1)


def write_package(clip: Clip, package: dict[str, Any], tokenizer: Path, folder: Path) -> float:
    """Writes the five files of a package for `clip`; `package` is what model.json should say.

    Returns the largest difference found between ONNX and PyTorch; refuses one above 1e-4.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clip = clip.cpu().float().eval()
    # Recomputed activations serve a backward pass, which a graph has none of.
    clip.set_grad_checkpointing(False)
    state = {name: value.detach().clone().contiguous() for name, value in clip.state_dict().items()}
    save_file(state, folder / "weights.safetensors", {"format": "pt"})
    if tokenizer.resolve() != (folder / "tokenizer.json").resolve():
        shutil.copyfile(tokenizer, folder / "tokenizer.json")
    image, tokens = _examples(package, clip.vocab_size)
    worst = max(
        _export(ImageEncoder(_without_waste(clip)), "image", image, folder / "visual.onnx"),
        _export(TextEncoder(clip), "tokens", tokens, folder / "text.onnx"),
    )
    document = {**package, "logitScale": round(clip.logit_scale.exp().item(), 6)}
    (folder / "model.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return worst


def _without_waste(clip: Clip) -> Clip:
    """The same function of images for less: PyTorch's graph works out every token of the last block to read one."""
    lean = copy.copy(clip)
    lean._modules = {**clip._modules, "visual": copy.deepcopy(clip.visual)}
    keep_class_token(lean.visual)
    return lean


def _export(encoder: nn.Module, input_name: str, example: Tensor, path: Path) -> float:
    # The exporter restores the mode of the module it is given, so it must be eval itself, not only what it wraps.
    encoder.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            encoder,
            (example,),
            str(path),
            input_names=[input_name],
            output_names=["embedding"],
            dynamic_axes={input_name: {0: "batch"}, "embedding": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )
    difference = max(_compare(encoder, input_name, example[:rows], path) for rows in (len(example), 1))
    if not difference <= TOLERANCE:
        path.unlink()
        raise RuntimeError(f"{path.name} differs from PyTorch by {difference:.2g}, more than {TOLERANCE:g}")
    return difference


@torch.no_grad()
def _compare(encoder: nn.Module, input_name: str, example: Tensor, path: Path) -> float:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (embedding,) = session.run(["embedding"], {input_name: example.numpy()})
    return float(np.abs(np.asarray(embedding) - encoder(example).numpy()).max())


def _examples(package: dict[str, Any], vocab_size: int, rows: int = 3) -> tuple[Tensor, Tensor]:
    """Noise images and token rows of different lengths; three, as the graph must hold for any batch."""
    generator = torch.Generator().manual_seed(0)
    side, context, ids = package["image"]["size"], package["context"], package["tokenizer"]
    image = torch.randn(rows, 3, side, side, generator=generator)
    tokens = torch.randint(1, vocab_size - 2, (rows, context), generator=generator)
    tokens[:, 0] = ids["startId"]
    for row in range(rows):
        end = max(1, (row + 1) * (context - 1) // rows)
        tokens[row, end] = ids["endId"]
        tokens[row, end + 1 :] = ids["padId"]
    return image, tokens
