"""Fills a FiftyOne dataset with synthetic samples whose images are a few files, again and again. Run by fiftyone.ts.

python fiftyone_load.py NAME ROWS FOLDER
"""

import sys
from pathlib import Path

import fiftyone as fo
from bson import ObjectId

BATCH = 20_000
WORDS = ["red", "blue", "green", "small", "large", "old", "new", "cat", "dog", "owl", "boat", "tree", "house", "river"]


def main(name: str, rows: int, folder: Path) -> None:
    paths = sorted(str(path) for path in folder.glob("*.jpg"))
    if name in fo.list_datasets():
        return
    dataset = fo.Dataset(name, persistent=True)
    dataset.add_samples([to_sample(n, paths[n % len(paths)]) for n in range(len(paths))])
    dataset.compute_metadata()
    # The rest as documents like those, since making a million samples as objects takes an hour.
    collection = dataset._sample_collection
    templates = list(collection.find())
    for first in range(len(paths), rows, BATCH):
        collection.insert_many(
            [to_document(n, templates[n % len(templates)]) for n in range(first, min(rows, first + BATCH))]
        )
    dataset.create_index("score")
    dataset.save_view("by-score", dataset.sort_by("score", reverse=True))


def to_sample(n: int, path: str) -> fo.Sample:
    label = fo.Classification(label=f"class {n % 100}")
    return fo.Sample(filepath=path, text=to_text(n), score=to_score(n), label=label)


def to_document(n: int, template: dict) -> dict:
    label = {**template["label"], "_id": ObjectId(), "label": f"class {n % 100}"}
    return {**template, "_id": ObjectId(), "text": to_text(n), "score": to_score(n), "label": label}


def to_text(n: int) -> str:
    return " ".join(WORDS[(n * 7 + i * i * 13) % len(WORDS)] for i in range(3 + n % 9)) + f" {n}"


def to_score(n: int) -> float:
    return ((n * 7919) % 1000) / 1000


main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
