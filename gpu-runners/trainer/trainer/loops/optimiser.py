"""AdamW with a schedule that may span iterations: its moments and its place in the schedule travel as safetensors."""

import math
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from trainer.loops.spec import Learning
from trainer.spec import SpecError

MOMENTS = ("exp_avg", "exp_avg_sq")


class Optimiser:
    """Matrices are decayed, vectors are not. `done` counts steps since the optimiser was fresh."""

    def __init__(self, module: nn.Module, learning: Learning) -> None:
        self.learning = learning
        self.named = [(name, p) for name, p in module.named_parameters() if p.requires_grad]
        groups = [
            {"params": [p for _, p in self.named if p.ndim >= 2], "weight_decay": learning.weight_decay},
            {"params": [p for _, p in self.named if p.ndim < 2], "weight_decay": 0.0},
        ]
        self.adam = torch.optim.AdamW([group for group in groups if group["params"]], lr=learning.learning_rate)
        self.done = 0

    def step(self, loss: Tensor) -> None:
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        if self.learning.clip_norm is not None:
            nn.utils.clip_grad_norm_([p for _, p in self.named], self.learning.clip_norm)
        for group in self.adam.param_groups:
            group["lr"] = learning_rate(self.learning, self.done)
        self.adam.step()
        self.done += 1

    def load(self, path: Path) -> None:
        saved = load_file(path)
        self.done = int(saved.pop("done"))
        for name, p in self.named:
            moments = {key: saved.get(f"{key}.{name}") for key in MOMENTS}
            if any(value is not None and value.shape != p.shape for value in moments.values()):
                raise SpecError(f"{path.name} is of other weights: {name} differs in shape")
            # What never had a gradient has no moments yet.
            if all(value is not None for value in moments.values()):
                self.adam.state[p] = {"step": saved[f"step.{name}"], **moments}

    def save(self, path: Path) -> None:
        tensors = {"done": torch.tensor(self.done)}
        for name, p in self.named:
            if state := self.adam.state.get(p):
                tensors[f"step.{name}"] = state["step"]
                for key in MOMENTS:
                    tensors[f"{key}.{name}"] = state[key].contiguous()
        save_file(tensors, path)


def learning_rate(learning: Learning, step: int) -> float:
    """The rate of 0-based `step` of the whole schedule."""
    if step < learning.warmup_steps:
        return learning.learning_rate * (step + 1) / learning.warmup_steps
    total = learning.schedule_steps or learning.steps
    done = min(1.0, (step - learning.warmup_steps) / max(1, total - learning.warmup_steps))
    falls = {"constant": 1.0, "cosine": (1 + math.cos(math.pi * done)) / 2, "linear": 1 - done}
    least = min(learning.min_learning_rate, learning.learning_rate)
    return least + (learning.learning_rate - least) * falls[learning.schedule]
