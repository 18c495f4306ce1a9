"""A tabular policy as a tar, and questions it can learn to answer: `python -m tests.loops.make_loop FOLDER`."""

import sys
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from trainer.loops.tabular import FILE, TabularPolicy

PROMPTS = 40
TEXTS = ["a", "b", "c", "d"]

out = Path(sys.argv[1])
policy = out / "policy"
policy.mkdir(parents=True, exist_ok=True)
logits = torch.randn(PROMPTS, len(TEXTS), dtype=torch.float64, generator=torch.Generator().manual_seed(7))
TabularPolicy(logits, [(f"p{i}", TEXTS) for i in range(PROMPTS)]).save(policy)
with tarfile.open(out / "policy.tar", "w") as tar:
    tar.add(policy / FILE, FILE)
rows = [
    {"query_id": f"{split}-{i}", "split": split, "slice": "all", "question": f"p{i}", "answer": TEXTS[i % len(TEXTS)]}
    for i in range(PROMPTS)
    for split in ("train", "held-out")
]
pq.write_table(pa.Table.from_pylist(rows), out / "task.parquet")
