"""Samples a second of the data path against open_clip's own: `uv run --group bench python -m trainer.bench_data [tar]`.

Both read the same tar, decode and resize every image to CLIP's 224 pixels and tokenise every text; no model runs. They
take turns in one process, each with the same number of workers (here threads, there processes), and the ratio of each
pair is printed with the rates: what else the machine does shifts both alike.
"""

import argparse
import io
import json
import statistics
import tarfile
import tempfile
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

from trainer.events import Events
from trainer.lent_shards import LentShards
from trainer.model import read_package
from trainer.pretrained.architectures import write_named
from trainer.recipe import DataPath, Recipe
from trainer.spec import ShardFiles, Spec
from trainer.stream import StreamedBatches
from trainer.text import ClipTokenizer

PHOTOS = Path(__file__).parents[4] / "shared" / "data" / "photos" / "photos-200.tar"
TEXT = "A photo of a {}, taken outdoors on a bright day, with a blurred background and soft light."


def main() -> None:
    parser = argparse.ArgumentParser(description="Print samples a second, ours and open_clip's.")
    parser.add_argument("--photos", type=Path, default=PHOTOS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_named("ViT-B-32", folder)
        tars = {"small": _write_small(folder / "small.tar", 2000)}
        if arguments.photos.exists():
            tars["photos"] = _copy_photos(arguments.photos, folder / "photos.tar")
        for name, (tar, samples) in tars.items():
            print(json.dumps({"shard": name, **_compare(folder, (tar, samples), arguments)}))


def _compare(folder: Path, shard: tuple[Path, int], arguments: Namespace) -> dict[str, Any]:
    tar, samples = shard
    base = _write_base(tar)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(arguments.pairs):
        ours.append(_ours(folder, (tar, base, samples), arguments.workers))
        theirs.append(_theirs(shard, arguments.workers))
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return {
        "samplesPerSecond": round(statistics.median(ours), 1),
        "openClip": round(statistics.median(theirs), 1),
        "ratio": round(statistics.median(ratios), 3),
        "verdict": "met" if statistics.median(ratios) >= 1 else "MISSED",
        "ratios": [round(ratio, 3) for ratio in ratios],
        "workers": arguments.workers,
    }


def _ours(folder: Path, shard: tuple[Path, Path, int], workers: int) -> float:
    """The streamed path; the clock starts before the layers are read."""
    tar, base, samples = shard
    batch = min(50, samples)
    recipe = Recipe(batch_size=batch, data=DataPath(streaming=True, shuffle_buffer=samples))
    files = ShardFiles(tar, base, samples=samples)
    spec = Spec("whetstone-train/1", "b", 0, recipe, True, folder, (files,), folder, folder, threads=workers)
    package = read_package(folder)
    tokenizer = ClipTokenizer(folder / "tokenizer.json", package)
    mean, std = (torch.tensor([255 * v for v in package["image"][key]]).view(3, 1, 1) for key in ("mean", "std"))
    started, steps = time.perf_counter(), _shown(samples) // batch
    stream = StreamedBatches(spec, (package, tokenizer), LentShards(spec.data, False, Events([])))
    for step in range(steps):
        index = stream[step].index_B
        pixels = stream.corpus.images[index]
        if step + 1 < steps:
            stream.prefetch(step + 1, lambda rows: rows)
        _ = (pixels.float() - mean) / std
    return steps * batch / (time.perf_counter() - started)


def _theirs(shard: tuple[Path, int], workers: int) -> float:
    """open_clip_train's webdataset pipeline, resampled, with the transform of its evaluation; started alike."""
    from open_clip_train.data import get_wds_dataset

    tar, samples = shard
    batch = min(50, samples)
    # open_clip's own loader wants a shard for each worker: the same one twice.
    args = Namespace(
        train_data="::".join([str(tar)] * workers),
        train_num_samples=_shown(samples),
        train_data_upsampling_factors=None,
        dataset_resampled=True,
        seed=0,
        batch_size=batch,
        workers=workers,
        world_size=1,
    )
    transform = image_transform_v2(PreprocessCfg(size=224), is_train=False)
    started, seen = time.perf_counter(), 0
    for images, _ in get_wds_dataset(args, transform, True, tokenizer=open_clip.get_tokenizer("ViT-B-32")).dataloader:
        seen += len(images)
        if seen >= _shown(samples):
            break
    return seen / (time.perf_counter() - started)


def _shown(samples: int) -> int:
    """Several epochs, so that neither side's start weighs much."""
    return max(4, 1600 // samples) * samples


def _write_small(path: Path, count: int) -> tuple[Path, int]:
    """Many small JPEGs: 64 pixels, where reading and tokenising weigh as much as decoding."""
    rng = np.random.default_rng(0)
    with tarfile.open(path, "w") as tar:
        for i in range(count):
            data = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(data, "JPEG")
            _add(tar, f"{i:06d}.jpg", data.getvalue())
            _add(tar, f"{i:06d}.txt", TEXT.format(f"thing {i}").encode())
    return path, count


def _copy_photos(source: Path, path: Path) -> tuple[Path, int]:
    with tarfile.open(source) as tar, tarfile.open(path, "w") as copy:
        members = {member.name: member for member in tar.getmembers()}
        names = sorted(name for name in members if name.endswith(".jpg"))
        for name in names:
            for part, data in ((name, tar.extractfile(name)), (f"{name[:-4]}.txt", None)):
                _add(copy, part, data.read() if data else TEXT.format(Path(name).stem).encode())
    return path, len(names)


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def _write_base(path: Path) -> Path:
    rows = []
    with tarfile.open(path) as tar:
        for member in tar:
            if member.name.endswith(".jpg"):
                text = tar.extractfile(f"{member.name[:-4]}.txt")
                assert text
                row = {"uid": f"{len(rows):032x}", "image_offset": member.offset_data, "image_bytes": member.size}
                rows.append(row | {"text": text.read().decode()})
    base = path.with_suffix(".parquet")
    pq.write_table(pa.Table.from_pylist(rows), base)
    return base


if __name__ == "__main__":
    main()
