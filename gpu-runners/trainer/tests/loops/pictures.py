"""Coloured squares as a version's shard and base layer, and a tiny CLIP."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

COLOURS = ["red", "green", "blue", "white", "black", "gold"]


def write_version(folder: Path, count: int = 24) -> dict[str, Any]:
    """Every fourth is held out. The alt-text says nothing."""
    rows, end = [], 0
    with tarfile.open(folder / "shard-0.tar", "w") as tar:
        for i in range(count):
            colour, data = COLOURS[i % len(COLOURS)], io.BytesIO()
            Image.new("RGB", (8, 8), colour).save(data, "PNG")
            member = tarfile.TarInfo(f"{i}.png")
            member.size = size = len(data.getvalue())
            data.seek(0)
            tar.addfile(member, data)
            facts = {"split": "train" if i % 4 else "held-out", "group": "plain", "tags": [colour, "square"]}
            rows.append(
                {
                    "uid": f"u{i}",
                    "image_offset": end + 512,
                    "image_bytes": size,
                    "text": f"IMG_{i}",
                    "label": f"{colour} square",
                    "metadata": json.dumps(facts),
                }
            )
            end += 512 + -(-size // 512) * 512
    pq.write_table(pa.Table.from_pylist(rows), folder / "base-0.parquet")
    files = [str(folder / "shard-0.tar"), str(folder / "base-0.parquet")]
    return {"kind": "refinement", "files": files, "threshold": 0.6}
