"""A tiny language model with random weights and questions with drafts: `python -m tests.loops.make_lm_loop FOLDER`."""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.loops.small_models import WORDS, make_small_lm

out = Path(sys.argv[1])
make_small_lm(out / "policy")
rows = [
    {"query_id": f"{split}-{i}", "split": split, "slice": "all", "question": f"{a} {b}", "answer": a, "draft": b}
    for i, (a, b) in enumerate((a, b) for a in WORDS[:10] for b in WORDS[:3] if a != b)
    for split in ("train", "held-out")
]
pq.write_table(pa.Table.from_pylist(rows), out / "task.parquet")
