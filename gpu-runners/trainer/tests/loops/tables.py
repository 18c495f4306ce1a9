"""Tiny tabular policies and tasks in the real file formats."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from trainer.loops.learn import learn
from trainer.loops.sample import sample
from trainer.loops.spec import LearnSpec, SampleSpec
from trainer.loops.tabular import TabularPolicy
from trainer.spec import parse

TEXTS = ["one", "two", "three"]


def write_table(folder: Path, probabilities: dict[str, list[float]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    logits = torch.tensor(list(probabilities.values()), dtype=torch.float64).log()
    TabularPolicy(logits, [(prompt, TEXTS[: logits.shape[1]]) for prompt in probabilities]).save(folder)
    return folder


def write_task(path: Path, queries: list[dict[str, Any]]) -> dict[str, Any]:
    rows = [
        {"query_id": f"q{i}", "split": "train", "slice": "all", "answer": "one", **query}
        for i, query in enumerate(queries)
    ]
    pq.write_table(pa.Table.from_pylist(rows), path)
    return {"kind": "questions", "files": [str(path)]}


def write_training(path: Path, rows: list[dict[str, Any]]) -> str:
    names = dict.fromkeys(["query_id", "prompt", "target", *(name for row in rows for name in row)])
    pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in names}), path)
    return str(path)


def run_sample(spec: dict[str, Any]) -> list[dict[str, Any]]:
    sample(parse(SampleSpec, json.loads(json.dumps(spec))), lambda *_, **__: None)
    return pq.read_table(spec["output"]).to_pylist()


def run_learn(spec: dict[str, Any]) -> dict[str, Any]:
    return learn(parse(LearnSpec, json.loads(json.dumps(spec))), lambda *_, **__: None)
