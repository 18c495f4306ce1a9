"""Accuracy matrices out of a lifetime's records."""

from collections.abc import Sequence
from typing import Any

from trainer.lifelong.log import Record


def accuracy_matrix(records: Sequence[Record], tasks: Sequence[str], learned: Sequence[str]) -> dict[str, Any]:
    """Row 0 of `matrix` is before any learning, row i after block i, of task `learned[i - 1]`; a column a task."""
    blocks = sorted({record.block_num for record in records if record.block_type == "test"})
    cells: dict[tuple[int, str], list[float]] = {}
    for record in records:
        if record.block_type == "test":
            cells.setdefault((record.block_num, record.task_name), []).append(record.accuracy)
    matrix = [[sum(cells[block, task]) / len(cells[block, task]) for task in tasks] for block in blocks]
    return {"tasks": list(tasks), "learned": list(learned), "matrix": matrix}
