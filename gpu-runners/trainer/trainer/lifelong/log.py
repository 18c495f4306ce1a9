"""Writes a lifetime in l2logger's log format 1.1, which l2metrics and `whetstone lifelong` read."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

STANDARD = (
    "block_num",
    "exp_num",
    "worker_id",
    "block_type",
    "block_subtype",
    "task_name",
    "task_params",
    "exp_status",
    "timestamp",
)
METRICS = ("accuracy", "loss")


@dataclass(frozen=True)
class Record:
    """One experience: a batch learned from, or a batch of a test set."""

    block_num: int
    exp_num: int
    block_type: Literal["train", "test"]
    task_name: str
    accuracy: float
    loss: float
    at: datetime


def write_log(folder: Path, records: Iterable[Record], scenario: dict[str, Any]) -> None:
    """`folder` is the lifetime's own: info files, and a `data-log.tsv` for each block below `worker-default`."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_json(folder / "logger_info.json", {"metrics_columns": list(METRICS), "log_format_version": "1.1"})
    _write_json(folder / "scenario_info.json", scenario)
    blocks: dict[tuple[int, str], list[Record]] = {}
    for record in records:
        blocks.setdefault((record.block_num, record.block_type), []).append(record)
    for (number, kind), rows in blocks.items():
        path = folder / "worker-default" / f"{number}-{kind}" / "data-log.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t", quotechar='"', lineterminator="\n")
            writer.writerow([*STANDARD, *METRICS])
            writer.writerows(_row(record) for record in rows)


def _row(record: Record) -> list[Any]:
    at = record.at.strftime("%Y%m%dT%H%M%S.%f")
    standard = ["worker-default", record.block_type, "wake", record.task_name, "{}", "complete", at]
    return [record.block_num, record.exp_num, *standard, record.accuracy, record.loss]


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
