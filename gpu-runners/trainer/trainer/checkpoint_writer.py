"""Checkpoints written while training goes on: one at a time, the newest few kept."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path

from torch import Tensor

from trainer.checkpoint import Progress, write_checkpoint

KEPT_CHECKPOINTS = 3
PATTERN = "step-*.safetensors"


class CheckpointWriter:
    """Writes snapshots to `folder` in a thread; `told` hears of each whole one: its path and step."""

    def __init__(self, folder: Path, owner: str, told: Callable[[Path, int], None]) -> None:
        self.folder, self.owner, self.told = folder, owner, told
        self.pool = ThreadPoolExecutor(1)
        self.writing: Future[None] | None = None
        for left in folder.glob("step-*.partial"):
            left.unlink()

    def write(self, tensors: dict[str, Tensor], progress: Progress) -> None:
        """Returns once the one before is whole, raising what went wrong with it."""
        self.wait()
        self.writing = self.pool.submit(self._write, tensors, deepcopy(progress))

    def wait(self) -> None:
        writing, self.writing = self.writing, None
        if writing:
            writing.result()

    def _write(self, tensors: dict[str, Tensor], progress: Progress) -> None:
        path = self.folder / f"step-{progress.step:08d}.safetensors"
        write_checkpoint(path, tensors, progress, self.owner)
        for old in sorted(self.folder.glob(PATTERN))[:-KEPT_CHECKPOINTS]:
            old.unlink()
        self.told(path, progress.step)


def newest_checkpoint(folder: Path) -> Path | None:
    return max(folder.glob(PATTERN), default=None)
