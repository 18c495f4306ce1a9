"""Tiny models with random weights, and questions with drafts: `python -m tests.loops.make_lm_loop FOLDER`.

`policy` is a language model, `sees` one that reads images, `hub` the hub's cache with the first in it.
"""

import shutil
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.loops.small_models import WORDS, make_small_lm, make_small_vlm

out = Path(sys.argv[1])
make_small_lm(out / "policy")
(out / "sees").mkdir()
make_small_vlm(out / "sees")
snapshots = out / "hub" / "models--someone--tiny" / "snapshots"
shutil.copytree(out / "policy", snapshots / "0123456789abcdef0123456789abcdef01234567")
rows = [
    {"query_id": f"{split}-{i}", "split": split, "slice": "all", "question": f"{a} {b}", "answer": a, "draft": b}
    for i, (a, b) in enumerate((a, b) for a in WORDS[:10] for b in WORDS[:3] if a != b)
    for split in ("train", "held-out")
]
pq.write_table(pa.Table.from_pylist(rows), out / "task.parquet")
