"""The `learn` step: weights and rows in, weights out; without rows byte for byte the ones that went in."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from trainer.loops.hash_weights import OPTIMISER, hash_weights
from trainer.loops.learn_policy import learn_policy
from trainer.loops.spec import LearnSpec
from trainer.loops.training import TrainingRow, read_training
from trainer.spec import SpecError


def learn(spec: LearnSpec, say: Callable[..., None]) -> dict[str, Any]:
    began = time.monotonic()
    rows = read_training(spec.training)
    spec.output.mkdir(parents=True, exist_ok=True)
    summary = _teach(spec, rows, say) if rows else {"steps": 0, "loss": None}
    if summary["steps"] == 0:
        _keep(spec)
    files = sorted(path.name for path in spec.output.iterdir() if path.is_file() and path.name != OPTIMISER)
    return {
        "weights": hash_weights(spec.output),
        "files": files,
        "summary": {"rows": len(rows), "isUnchanged": summary["steps"] == 0, **summary},
        "counts": {"rows": len(rows), "steps": summary["steps"]},
        "seconds": time.monotonic() - began,
    }


def _teach(spec: LearnSpec, rows: list[TrainingRow], say: Callable[..., None]) -> dict[str, Any]:
    # Late imports: transformers and open_clip take seconds, and a table needs neither.
    if spec.learning.objective == "gap":
        from trainer.loops.gap_model import learn_gap

        return learn_gap(spec, rows, say)
    if spec.learning.objective == "contrastive":
        from trainer.loops.learn_clip import learn_clip

        return learn_clip(spec, rows, say)
    return learn_policy(spec, rows, say)


def _keep(spec: LearnSpec) -> None:
    if spec.start is None:
        raise SpecError(f"slot {spec.slot} has nothing to begin with and no rows to learn from")
    for path in sorted(spec.start.iterdir()):
        if path.is_file() and path.name != OPTIMISER:
            shutil.copyfile(path, spec.output / path.name)
    kept = spec.output / OPTIMISER
    if spec.optimiser is not None and spec.learning.optimiser == "inherited":
        shutil.copyfile(spec.optimiser, kept)
    else:
        save_fresh(kept)


def save_fresh(path: Path) -> None:
    save_file({"done": torch.tensor(0)}, path)
