"""A tiny version and a tiny model in the real file formats. Expensive imports are shared by the whole session."""

import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from trainer.export import write_package
from trainer.model import build_clip
from trainer.refiner.clip_tokenizer import cut_merges, make_tokenizer, write_tokenizer_json
from trainer.spec import Spec, parse

torch.set_num_threads(1)

COLOURS = ["red", "green", "blue", "white", "black", "grey", "pink", "gold"]
CONTEXT = 16


def architecture(timm_name: str | None = None) -> dict[str, Any]:
    vision = {"image_size": 32, "patch_size": 8, "layers": 1, "width": 32, "head_width": 16}
    if timm_name:
        vision = {"image_size": 32, "timm_model_name": timm_name, "timm_pool": "avg", "timm_proj": "linear"}
    text = {"context_length": CONTEXT, "vocab_size": 1000, "width": 32, "heads": 2, "layers": 1}
    return {"embed_dim": 16, "vision_cfg": vision, "text_cfg": text}


def model_json(config: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": "whetstone-model/1",
        "name": "tiny",
        "architecture": config,
        "embedDim": 16,
        "context": CONTEXT,
        "image": {"size": 32, "mean": [0.5] * 3, "std": [0.5] * 3, "resize": "squash", "interpolation": "bicubic"},
        "logitScale": 14.0,
        "tokenizer": {"padId": 0, "startId": 998, "endId": 999},
    }


def write_tokenizer(folder: Path) -> Path:
    cut_merges(folder / "merges.txt.gz", 1000)
    write_tokenizer_json(make_tokenizer(folder / "merges.txt.gz", CONTEXT), folder / "tokenizer.json")
    return folder / "tokenizer.json"


@pytest.fixture(scope="session")
def tokenizer_json(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tokenizer(tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="session")
def init(tmp_path_factory: pytest.TempPathFactory, tokenizer_json: Path) -> Path:
    folder = tmp_path_factory.mktemp("init")
    torch.manual_seed(7)
    write_package(build_clip(architecture()), model_json(architecture()), tokenizer_json, folder)
    return folder


def write_shard(folder: Path, number: int, sample_count: int) -> dict[str, str]:
    """A shard with coloured squares; every fourth sample has no refinement, as if it had been rejected."""
    rng = np.random.default_rng(number)
    names = {kind: f"{kind}-{number}" for kind in ("shard", "base", "refined")}
    base, refined = [], []
    with tarfile.open(folder / f"{names['shard']}.tar", "w") as tar:
        for i in range(sample_count):
            colour = COLOURS[(i + number) % len(COLOURS)]
            picture = Image.new("RGB", (40, 40), colour)
            picture.putpixel((int(rng.integers(40)), int(rng.integers(40))), (1, 2, 3))
            data = io.BytesIO()
            picture.save(data, "PNG")
            member = tarfile.TarInfo(f"{i:04d}.png")
            member.size = len(data.getvalue())
            offset = tar.offset + 512
            data.seek(0)
            tar.addfile(member, data)
            uid = f"{number:016x}{i:016x}"
            base.append(
                {"uid": uid, "image_offset": offset, "image_bytes": member.size, "text": f"IMG_{i}.png {colour}"}
            )
            if i % 4:
                other = COLOURS[(i + number + 3) % len(COLOURS)]
                refined.append(
                    {
                        "uid": uid,
                        "positive_description": f"A plain {colour} square.",
                        "negative_description": f"A plain {other} square.",
                        "positive_tags": [colour, "square"],
                        "negative_tags": [other, "circle"],
                    }
                )
    pq.write_table(pa.Table.from_pylist(base), folder / f"{names['base']}.parquet", compression="zstd")
    pq.write_table(pa.Table.from_pylist(refined), folder / f"{names['refined']}.parquet", compression="zstd")
    extensions = {"shard": "tar", "base": "parquet", "refined": "parquet"}
    return {kind: str(folder / f"{name}.{extensions[kind]}") for kind, name in names.items()}


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    folder = tmp_path_factory.mktemp("data")
    return [write_shard(folder, number, 24) for number in range(2)]


@pytest.fixture
def raw_spec(tmp_path: Path, init: Path, shards: list[dict[str, str]]) -> dict[str, Any]:
    """An HQ recipe; a test changes what it is about."""
    recipe = {
        "steps": 12,
        "batchSize": 16,
        "learningRate": 2e-3,
        "warmupSteps": 2,
        "positiveProbability": 0.8,
        "hni": {"weight": 0.5},
        "tags": {"weight": 0.3, "vocabularySize": 6},
        "checkpointEverySteps": 5,
    }
    return {
        "format": "whetstone-train/1",
        "name": "colours",
        "seed": 3,
        "recipe": recipe,
        "from_scratch": False,
        "init": str(init),
        "data": shards,
        "output": str(tmp_path / "output"),
        "checkpoint_dir": str(tmp_path / "checkpoints"),
        "resume": None,
        "threads": 1,
    }


def make_spec(raw: dict[str, Any]) -> Spec:
    spec = parse(Spec, raw)
    spec.output.mkdir(parents=True, exist_ok=True)
    spec.checkpoint_dir.mkdir(parents=True, exist_ok=True)
    return spec


def write_spec(raw: dict[str, Any], folder: Path) -> Path:
    """Renamed into place: another process may be reading the one before."""
    path, partial = folder / "spec.json", folder / "spec.partial"
    partial.write_text(json.dumps(raw))
    return partial.replace(path)
