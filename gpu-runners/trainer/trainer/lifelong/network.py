"""The small CLIP's image tower with a linear classifier on it.

Shape suffixes: B batch, C channels, H and W pixels, D embedding width, K outputs.
"""

from pathlib import Path
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainer.model import build_clip, read_package
from trainer.spec import SpecError

Protocol = Literal["task", "domain", "class"]


class Classifier(nn.Module):
    """One linear layer for all tasks. The protocol says which of its outputs a task's images choose among.

    `task`: two of their own (multi-head, the task is told); `domain`: the same two for all; `class`: all of them
    (single head): the three scenarios of van de Ven and Tolias, "Three scenarios for continual learning", 2019.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, package_dir: Path, task_count: int, protocol: Protocol) -> None:
        super().__init__()
        package = read_package(package_dir)
        if package["image"]["size"] != 32:
            raise SpecError(f"the tower takes images of {package['image']['size']} pixels: give a model of 32")
        clip = build_clip(package["architecture"], package_dir / "weights.safetensors")
        self.tower = clip.visual
        self.protocol: Protocol = protocol
        self.task_count = task_count
        self.head = nn.Linear(package["embedDim"], 2 if protocol == "domain" else 2 * task_count)
        for name in ("mean", "std"):
            self.register_buffer(name, torch.tensor(package["image"][name]).view(3, 1, 1) * 255)

    def forward(self, images_BCHW: Tensor, task_B: Tensor) -> Tensor:
        """Logits (B, K); outputs a sample may not choose are minus infinity."""
        features_BD = self.tower((images_BCHW.float() - self.mean) / self.std)
        logits_BK = self.head(features_BD)
        if self.protocol != "task":
            return logits_BK
        owner_K = torch.arange(2 * self.task_count) // 2
        return logits_BK.masked_fill(owner_K != task_B.unsqueeze(1), -torch.inf)

    def targets(self, class_B: Tensor) -> Tensor:
        """The output that is right for a class of the data set."""
        return class_B % 2 if self.protocol == "domain" else class_B


def classification_loss(logits_BK: Tensor, target_B: Tensor) -> Tensor:
    return F.cross_entropy(logits_BK, target_B)
