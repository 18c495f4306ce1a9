"""A policy that is a table, and the questions it answers: the exact test bed of loops, drawn from in milliseconds.

    python -m recipes.loop_table OUT

Every question can be answered in three ways, of which the one most often taken first is not the one that works best.
Leaves `policy/table.safetensors` and `task.parquet`; held out are the questions learned from, as a table has no others.
"""

import argparse
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from trainer.loops.tabular import TabularPolicy

PROMPTS, NUMBERS, COPIES = 60, 6, 2
# Of each way: how readily it is taken, and how much likelier its right texts are than its wrong ones (mean nats).
WAYS = {"direct": (1.2, -0.5), "steps": (0.4, 1.2), "questions": (0.0, 0.4)}
SPREAD = 1.3


def make(folder: Path, seed: int) -> None:
    luck = random.Random(seed)
    rows: list[tuple[str, list[str]]] = []
    logits: list[list[float]] = []
    questions: list[dict[str, str]] = []
    for i in range(PROMPTS):
        right = luck.randrange(NUMBERS)
        texts, chances = [], []
        for way, (readiness, skill) in WAYS.items():
            liking, knack = readiness + luck.gauss(0, 0.5), skill + luck.gauss(0, SPREAD)
            for number in range(NUMBERS):
                for copy in range(COPIES):
                    texts.append(f"<{way}> version {copy} . answer : {number}")
                    chances.append(liking + (knack if number == right else 0) + luck.gauss(0, 0.7))
        rows.append((f"question {i}", texts))
        logits.append(chances)
        questions += [
            {
                "query_id": f"{split}-{i}",
                "split": split,
                "slice": "all",
                "question": f"question {i}",
                "answer": str(right),
            }
            for split in ("train", "held-out")
        ]
    (folder / "policy").mkdir(parents=True, exist_ok=True)
    TabularPolicy(torch.tensor(logits, dtype=torch.float64), rows).save(folder / "policy")
    pq.write_table(pa.Table.from_pylist(questions), folder / "task.parquet", compression="zstd")


def main() -> None:
    parser = argparse.ArgumentParser(prog="recipes.loop_table", description="Make the table loops are tested on.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    make(arguments.folder, arguments.seed)


if __name__ == "__main__":
    main()
