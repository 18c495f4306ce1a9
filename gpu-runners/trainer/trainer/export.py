"""A model package (format whetstone-model/1): the same weights as safetensors and as ONNX that was checked to agree."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from trainer.class_token import for_class_token, with_modules
from trainer.model import Clip
from trainer.onnx_file import write_onnx

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
    if tokenizer.resolve() != (folder / "tokenizer.json").resolve():
        shutil.copyfile(tokenizer, folder / "tokenizer.json")
    image, tokens = _examples(package, clip.vocab_size)
    # The same function of images for less: PyTorch's graph works out every token of the last block to read one.
    lean = with_modules(clip, visual=for_class_token(clip.visual))
    towers = [
        (ImageEncoder(lean), "image", image, folder / "visual.onnx"),
        (TextEncoder(clip), "tokens", tokens, folder / "text.onnx"),
    ]
    # Weights are saved, and onnxruntime opens and runs one graph, while PyTorch traces the next.
    with ThreadPoolExecutor(1) as aside:
        saved = aside.submit(save_file, _own_weights(clip), folder / "weights.safetensors", {"format": "pt"})
        checks = [aside.submit(_check, write_onnx(*tower), *tower[1:]) for tower in towers]
        saved.result()
        worst = max(check.result() for check in checks)
    document = {**package, "logitScale": round(clip.logit_scale.exp().item(), 6)}
    (folder / "model.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return worst


def _own_weights(clip: Clip) -> dict[str, Tensor]:
    """Only what shares its memory is copied, as safetensors wants each tensor to have its own."""
    state = {name: value.detach().contiguous() for name, value in clip.state_dict().items()}
    if len({value.data_ptr() for value in state.values()}) < len(state):
        state = {name: value.clone() for name, value in state.items()}
    return state


def _check(expected: Tensor, input_name: str, example: Tensor, path: Path) -> float:
    """The largest difference from PyTorch, for several rows and for one, so that the graph holds for any batch."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    difference = max(
        float(
            np.abs(
                np.asarray(session.run(["embedding"], {input_name: example[:rows].numpy()})[0])
                - expected[:rows].numpy()
            ).max()
        )
        for rows in (len(example), 1)
    )
    if not difference <= TOLERANCE:
        path.unlink()
        raise RuntimeError(f"{path.name} differs from PyTorch by {difference:.2g}, more than {TOLERANCE:g}")
    return difference


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
