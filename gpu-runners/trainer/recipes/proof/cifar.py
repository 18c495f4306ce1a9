"""The CIFAR-10 corpus of the proof: pictures with noisy alt-text, refined by the captioner, and a clean test set."""

import io
import json
import random
import tarfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from recipes.proof.captioner import teach, write_texts
from recipes.proof.texts import CLASSES, alt_text, colours

SEED = "cifar-10"
SEED_SET, CORPUS, TEST = 2_000, 10_000, 2_000


class Pictures(NamedTuple):
    jpegs: list[bytes]
    pixels_NHWC: np.ndarray
    labels: list[int]


def read_pictures(path: Path, count: int) -> Pictures:
    table = pq.read_table(path).slice(0, count).to_pylist()
    jpegs = [row["img"]["bytes"] for row in table]
    pixels = np.stack([np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")) for jpeg in jpegs])
    return Pictures(jpegs, pixels, [row["label"] for row in table])


def build_corpus(source: Path, folder: Path) -> dict[str, float]:
    """Writes shard, layers and facts.json; returns how right alt-texts and refinements are."""
    everything = read_pictures(source / "train-00000-of-00001.parquet", SEED_SET + CORPUS)
    texts = [alt_text(label, random.Random(f"{SEED} {i}")) for i, label in enumerate(everything.labels)]
    seed_set, corpus = slice(SEED_SET), slice(SEED_SET, None)
    captioner = teach(everything.pixels_NHWC[seed_set], everything.labels[seed_set], texts[seed_set])
    pixels, labels = everything.pixels_NHWC[corpus], np.array(everything.labels[corpus])
    refined, taken_for = write_texts(captioner, pixels, texts[corpus], SEED)
    by_sight = captioner.posterior(pixels, texts[corpus], reads=False).argmax(-1).numpy()
    folder.mkdir(parents=True, exist_ok=True)
    write_layers(folder, everything.jpegs[corpus], texts[corpus], refined)
    names = [CLASSES[label] for label in labels]
    negatives = [row["negative_description"] for row in refined]
    facts = {
        "altTextNamesTheClass": _share_that_names(texts[corpus], names),
        "captionerByPictureAlone": float((by_sight == labels).mean()),
        "captionerRight": float((taken_for.numpy() == labels).mean()),
        "negativeNamesTheClass": _share_that_names(negatives, names),
    }
    (folder / "facts.json").write_text(json.dumps(facts))
    return facts


def _share_that_names(texts: list[str], names: list[str]) -> float:
    return sum(name in text for name, text in zip(names, texts, strict=True)) / len(texts)


def write_layers(folder: Path, images: list[bytes], texts: list[str], refined: list[dict[str, Any]]) -> None:
    """One shard in the platform's layout: images in a tar, texts and refinements in Parquet."""
    base, rows = [], []
    with tarfile.open(folder / "shard.tar", "w") as tar:
        for i, (image, text, row) in enumerate(zip(images, texts, refined, strict=True)):
            member = tarfile.TarInfo(f"{i:06d}.jpg")
            member.size = len(image)
            uid = f"{i:032x}"
            base.append({"uid": uid, "image_offset": tar.offset + 512, "image_bytes": len(image), "text": text})
            rows.append({"uid": uid, **row})
            tar.addfile(member, io.BytesIO(image))
    pq.write_table(pa.Table.from_pylist(base), folder / "base.parquet", compression="zstd")
    pq.write_table(pa.Table.from_pylist(rows), folder / "refined.parquet", compression="zstd")


@cache
def read_test(source: Path) -> tuple[np.ndarray, list[int], list[tuple[str, str]]]:
    """Pixels, true classes, and the colours measured from the pixels."""
    test = read_pictures(source / "test-00000-of-00001.parquet", TEST)
    return test.pixels_NHWC, test.labels, colours(test.pixels_NHWC)
