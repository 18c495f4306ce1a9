"""Rows to learn from (`TrainingRow` of `schemas/src/tasks/loop-steps.ts`), and in which order."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from trainer.loops.draws import derive_seed
from trainer.spec import SpecError


@dataclass(frozen=True)
class TrainingRow:
    query_id: str
    prompt: str
    target: str
    rejected: str | None = None
    weight: float | None = None
    advantage: float | None = None
    log_prob: float | None = None
    base_log_prob: float | None = None
    rejected_base_log_prob: float | None = None
    draft: str | None = None
    source: str | None = None


def rejected_of(row: TrainingRow) -> str:
    if row.rejected is None:
        raise SpecError(f"row of {row.query_id} has no rejected text")
    return row.rejected


def read_training(path: Path) -> list[TrainingRow]:
    try:
        file = pq.ParquetFile(path)
        present = set(file.schema_arrow.names)
        table = file.read([f.name for f in fields(TrainingRow) if f.name in present])
    except (OSError, ValueError) as error:
        raise SpecError(f"{path.name} can't be read as Parquet: {error}") from error
    if table.num_rows and (missing := [name for name in ("query_id", "prompt", "target") if name not in present]):
        raise SpecError(f"{path.name} has no column {missing[0]}")
    return [TrainingRow(**row) for row in table.to_pylist()]


def batch_of(groups: list[list[int]], step: int, size: int, seed: int) -> list[int]:
    """Rows of the 0-based `step`: shuffled by epoch, groups kept whole, the same wherever training was cut in two."""
    filled: list[int] = []
    # Groups a step takes; where they differ in size, as many as hold `size` rows in the mean.
    mean = sum(map(len, groups)) / len(groups)
    take = max(1, round(size / mean))
    orders: dict[int, np.ndarray] = {}
    for i in range(step * take, (step + 1) * take):
        epoch, place = divmod(i, len(groups))
        if epoch not in orders:
            orders[epoch] = np.random.Generator(np.random.Philox(key=derive_seed(seed, epoch))).permutation(len(groups))
        filled += groups[orders[epoch][place]]
    return filled
