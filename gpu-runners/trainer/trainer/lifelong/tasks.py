"""Tasks of two classes each, cut out of a labelled data set. Shape suffixes: N images, C channels, H and W pixels."""

import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from PIL import Image
from torch import Tensor

from trainer.spec import SpecError

CLASSES_PER_TASK = 2
SIDE = 32


@dataclass(frozen=True)
class Source:
    """Image files as they are: only those that a task draws are decoded."""

    files: list[bytes]
    class_N: Tensor
    classes: list[str]


@dataclass(frozen=True)
class Labelled:
    """Pixels (uint8) with the index of each image's class in `classes`."""

    images_NCHW: Tensor
    class_N: Tensor
    classes: list[str]


@dataclass(frozen=True)
class Task:
    """Two classes to tell apart. `label_N` counts from 0 within the task."""

    name: str
    train: Labelled
    test: Labelled


def read_parquet(path: Path) -> Source:
    """A Hugging Face image-classification file: `img` with its bytes, `label`, class names in the schema's metadata."""
    try:
        file = pq.ParquetFile(path)
        features = json.loads((file.schema_arrow.metadata or {})[b"huggingface"])["info"]["features"]
        classes = features["label"]["names"]
        table = file.read(columns=["img", "label"])
    except (OSError, ValueError, KeyError) as error:
        raise SpecError(f"{path.name} is no image-classification file of Hugging Face: {error!r}") from error
    return Source([row["bytes"] for row in table["img"].to_pylist()], torch.tensor(table["label"].to_pylist()), classes)


def read_archives(paths: Sequence[Path], field: str) -> Source:
    """WebDataset archives whose `.json` members name each image's class under `field`."""
    pairs = [pair for path in paths for pair in _read_archive(path, field)]
    classes = sorted({name for name, _ in pairs})
    index = {name: i for i, name in enumerate(classes)}
    if not pairs:
        raise SpecError(f"no image in {', '.join(path.name for path in paths)} has a {field}")
    return Source([data for _, data in pairs], torch.tensor([index[name] for name, _ in pairs]), classes)


def split(train: Source, test: Source, *, seed: int, train_each: int, test_each: int) -> list[Task]:
    """Consecutive pairs of classes as tasks, at most so many images a class, drawn by the seed."""
    tasks = []
    for number in range(len(train.classes) // CLASSES_PER_TASK):
        ids = range(CLASSES_PER_TASK * number, CLASSES_PER_TASK * (number + 1))
        name = "".join(part for i in ids for part in train.classes[i].title() if part.isalnum())
        parts = (_draw(train, ids, seed, train_each), _draw(test, ids, seed + 1, test_each))
        tasks.append(Task(f"{name}_0", *parts))
    if len(tasks) < 2:
        raise SpecError(f"{len(train.classes)} classes make {len(tasks)} tasks: a lifetime needs at least 2")
    return tasks


def halve(data: Source, seed: int) -> tuple[Source, Source]:
    """Train and test for data that comes without a test set: four fifths and one, drawn by the seed."""
    order_N = torch.randperm(len(data.class_N), generator=torch.Generator().manual_seed(seed))
    cut = len(order_N) * 4 // 5
    return _part(data, order_N[:cut]), _part(data, order_N[cut:])


def _part(data: Source, index_N: Tensor) -> Source:
    return Source([data.files[i] for i in index_N.tolist()], data.class_N[index_N], data.classes)


def _draw(data: Source, ids: range, seed: int, each: int) -> Labelled:
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for i in ids:
        mine_N = (data.class_N == i).nonzero().squeeze(1)
        if not len(mine_N):
            raise SpecError(f"class {data.classes[i]} has no image")
        rows.append(mine_N[torch.randperm(len(mine_N), generator=generator)[:each]])
    kept_N = torch.cat(rows)
    pixels = np.stack([_decode(data.files[i]) for i in kept_N.tolist()])
    return Labelled(torch.from_numpy(pixels), data.class_N[kept_N], data.classes)


def _read_archive(path: Path, field: str) -> Iterator[tuple[str, bytes]]:
    images: dict[str, bytes] = {}
    names: dict[str, str] = {}
    try:
        with tarfile.open(path) as tar:
            for member in tar:
                key, _, extension = member.name.rpartition(".")
                content = tar.extractfile(member)
                if content is None:
                    continue
                if extension in ("png", "jpg", "jpeg", "webp"):
                    images[key] = content.read()
                if extension == "json":
                    name = json.loads(content.read()).get(field)
                    if isinstance(name, str):
                        names[key] = name
    except (OSError, tarfile.TarError, ValueError) as error:
        raise SpecError(f"archive {path.name} can't be read: {error}") from error
    for key, data in images.items():
        if key in names:
            yield names[key], data


def _decode(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        rgb = Image.alpha_composite(white, rgba).convert("RGB")
        return np.asarray(rgb.resize((SIDE, SIDE), Image.Resampling.BICUBIC)).transpose(2, 0, 1)
