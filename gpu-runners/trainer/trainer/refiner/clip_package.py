"""A CLIP as a model package small enough for the repository.

Weights are rounded to seven bits with a power-of-two scale a row. Such numbers are exact in fp16 (safetensors) and as
int8 with a scale (ONNX), so both files hold the very same model, and both are used in single precision.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from open_clip.tokenizer import SimpleTokenizer
from safetensors.torch import load_file, save_file

from trainer.export import write_package
from trainer.model import Clip
from trainer.refiner.clip_pretrain import ClipRecipe
from trainer.refiner.clip_tokenizer import write_tokenizer_json

SMALLEST = 1024
# Matrices that open_clip multiplies from the right: their output channels are columns.
COLUMNS = ("text_projection", "visual.proj")


def write_small_package(
    clip: Clip,
    tokenizer: SimpleTokenizer,
    folder: Path,
    *,
    name: str,
    architecture: dict[str, Any],
    recipe: ClipRecipe,
) -> None:
    """Rounds the weights first, so that every file of the package holds exactly the same model."""
    with torch.no_grad():
        for key, value in clip.state_dict().items():
            if value.is_floating_point():
                grid_axis = 0 if key in COLUMNS else 1
                is_matrix = value.ndim >= 2 and value.numel() >= SMALLEST
                rounded = on_grid(value.numpy(), grid_axis)[2] if is_matrix else value.half().numpy()
                value.copy_(torch.from_numpy(np.array(rounded)))
    write_tokenizer_json(tokenizer, folder / "tokenizer.json")
    package = {
        "format": "whetstone-model/1",
        "name": name,
        "architecture": architecture,
        "embedDim": architecture["embed_dim"],
        "context": architecture["text_cfg"]["context_length"],
        "image": {
            "size": recipe.image_size,
            "mean": [recipe.mean] * 3,
            "std": [recipe.std] * 3,
            "resize": "squash",
            "interpolation": "bicubic",
            "background": "#ffffff",
        },
        "tokenizer": {
            "padId": 0,
            "startId": tokenizer.sot_token_id,
            "endId": tokenizer.eot_token_id,
            "lowercase": True,
        },
        "card": {"document": f"docs/models/{name}.md"},
    }
    write_package(clip, package, folder / "tokenizer.json", folder)
    halve_checkpoint(folder / "weights.safetensors")
    for graph in ("visual.onnx", "text.onnx"):
        pack_graph(folder / graph)
    _list_files(folder)


def halve_checkpoint(path: Path) -> None:
    state = load_file(path)
    save_file({k: v.half() if v.is_floating_point() else v for k, v in state.items()}, path, {"format": "pt"})


def on_grid(values: np.ndarray, summed_axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """int8 values, their power-of-two scales and the product; one scale for each index outside the summed axes."""
    axes = (0,) if summed_axis == 0 else tuple(range(1, values.ndim))
    largest = np.maximum(np.abs(values).max(axis=axes, keepdims=True), 2.0**-20)
    scale = np.exp2(np.ceil(np.log2(largest / 127))).astype(np.float32)
    packed = np.clip(np.round(values / scale), -127, 127).astype(np.int8)
    return packed, scale, packed * scale


def pack_graph(path: Path) -> None:
    """Stores large weights as int8 where that is exact; onnxruntime unpacks them once, when it loads the graph."""
    model = onnx.load(path)
    graph, kept, unpacking = model.graph, [], []
    for tensor in graph.initializer:
        values, name = numpy_helper.to_array(tensor), tensor.name
        grids = (on_grid(values, axis) for axis in (0, 1)) if values.ndim >= 2 and values.dtype == np.float32 else ()
        exact = next(((p, s) for p, s, product in grids if np.array_equal(product, values)), None)
        if values.size < SMALLEST or exact is None:
            kept.append(tensor)
            continue
        kept += [numpy_helper.from_array(exact[0], f"{name}.i8"), numpy_helper.from_array(exact[1], f"{name}.scale")]
        unpacking += [
            helper.make_node("Cast", [f"{name}.i8"], [f"{name}.f32"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}.f32", f"{name}.scale"], [name]),
        ]
    nodes = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend([*unpacking, *nodes])
    onnx.save(model, path)


def _list_files(folder: Path) -> None:
    path = folder / "model.json"
    document = json.loads(path.read_text())
    names = ("visual.onnx", "text.onnx", "tokenizer.json", "weights.safetensors")
    document["files"] = {
        name: {
            "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(),
            "sizeBytes": (folder / name).stat().st_size,
        }
        for name in names
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
