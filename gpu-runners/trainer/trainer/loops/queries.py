"""The queries of a step: of a task's split in its own shuffled order, or the rows that an earlier step left."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from trainer.images import ImagePlace
from trainer.loops.picture import Picture
from trainer.loops.spec import Draw, Task
from trainer.spec import SpecError

REFINE = "What does the picture show?"
BASE_COLUMNS = ("uid", "image_offset", "image_bytes", "text", "label", "metadata")
TASK_COLUMNS = ("query_id", "split", "slice", "question", "image", "answer", "choices", "draft", "scene")


@dataclass(frozen=True)
class Query:
    """What is asked. `prompt`, `target` and `source` are of the training row it came from, where it came from one."""

    query_id: str
    split: str = ""
    slice: str | None = None
    question: str = ""
    image: Picture | None = None
    # Any of these is right.
    answers: tuple[str, ...] = ()
    choices: tuple[str, ...] | None = None
    draft: str | None = None
    scene: dict[str, Any] | None = None
    prompt: str | None = None
    target: str | None = None
    source: str | None = None
    # Of a refinement: what the image is known to show. None for a question.
    tags: tuple[str, ...] | None = None


def read_task(task: Task) -> list[Query]:
    if task.kind == "refinement":
        return read_refinements(task.files)
    return read_questions(task.files[0])


def read_questions(path: Path) -> list[Query]:
    rows = _read(path, ("query_id", "split", "question"), TASK_COLUMNS)
    return [
        Query(
            query_id=str(row["query_id"]),
            split=str(row["split"]),
            slice=row.get("slice"),
            question=row["question"],
            image=_image(row.get("image")),
            answers=_answers(row.get("answer")),
            choices=_choices(row.get("choices")),
            draft=row.get("draft"),
            scene=_json(row.get("scene"), f"{path.name}: scene of {row['query_id']}"),
        )
        for row in rows
    ]


def read_refinements(files: tuple[Path, ...]) -> list[Query]:
    """Samples of a version: an image to be described, its alt-text as draft. Labels of all are what each may be."""
    if not files or len(files) % 2:
        raise SpecError("task.files of refinement must be shards, each followed by its base layer")
    rows = [
        (row, ImagePlace(shard, row["image_offset"], row["image_bytes"]))
        for shard, base in zip(files[::2], files[1::2], strict=True)
        for row in _read(base, ("uid", "image_offset", "image_bytes", "text"), BASE_COLUMNS)
    ]
    choices = tuple(sorted({row["label"] for row, _ in rows if row.get("label")})) or None
    return [_refinement(row, place, choices) for row, place in rows]


def _refinement(row: dict[str, Any], place: ImagePlace, choices: tuple[str, ...] | None) -> Query:
    facts = _json(row.get("metadata"), f"metadata of {row['uid']}")
    facts, label = facts if isinstance(facts, dict) else {}, row.get("label")
    tags = facts.get("tags")
    group = facts.get("slice") or facts.get("group")
    return Query(
        query_id=row["uid"],
        split=str(facts.get("split") or _split_of(row["uid"])),
        slice=group if isinstance(group, str) else None,
        question=REFINE,
        image=place,
        answers=(label,) if label else (),
        choices=choices,
        draft=row["text"] or None,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _split_of(uid: str) -> str:
    """Where the data names no split: a fifth is held out, by the sample's id alone."""
    return "held-out" if hashlib.sha256(f"split {uid}".encode()).digest()[0] < 51 else "train"


def read_rows(paths: tuple[Path, ...], known: dict[str, Query]) -> list[Query]:
    """Rows of `training.parquet` as queries, with what the task knows of those it has."""
    queries = []
    for path in paths:
        for row in _read(path, ("query_id", "prompt", "target"), ("query_id", "prompt", "target", "draft", "source")):
            query_id = row["query_id"]
            # Where rows made several of one query they are told apart behind a #.
            query = known.get(query_id.partition("#")[0], Query(query_id, question=row["prompt"] or ""))
            of_row = {name: row.get(name) for name in ("query_id", "prompt", "target", "source")}
            queries.append(replace(query, **of_row, draft=row.get("draft") or query.draft))
    return queries


def in_order(queries: list[Query], split: str) -> list[Query]:
    """The split shuffled by the queries' ids: the same for every step of every loop."""
    of_split = [query for query in queries if query.split == split]
    if not of_split:
        raise SpecError(f"the task has no query in split {split!r}")
    return sorted(of_split, key=lambda query: hashlib.sha256(query.query_id.encode()).digest())


def choose(queries: list[Query], draw: Draw) -> list[Query]:
    """Of the split, `draw.queries` from `draw.offset` on."""
    split = in_order(queries, draw.split)
    count = len(split) if draw.queries is None else min(draw.queries, len(split))
    return [split[(draw.offset + i) % len(split)] for i in range(count)]


def _read(path: Path, needed: tuple[str, ...], wanted: tuple[str, ...]) -> list[dict[str, Any]]:
    try:
        file = pq.ParquetFile(path)
        present = set(file.schema_arrow.names)
        if missing := [name for name in needed if name not in present]:
            raise SpecError(f"{path.name} has no column {missing[0]}")
        return file.read([name for name in wanted if name in present]).to_pylist()
    except (OSError, ValueError) as error:
        if isinstance(error, SpecError):
            raise
        raise SpecError(f"{path.name} can't be read as Parquet: {error}") from error


def _image(value: Any) -> bytes | None:
    # Plain bytes, or the struct that Hugging Face datasets write.
    return value.get("bytes") if isinstance(value, dict) else value


def _answers(value: Any) -> tuple[str, ...]:
    """One answer, or the JSON list of those that are accepted."""
    if isinstance(value, str) and value.startswith("["):
        value = _json(value, "answer")
    if isinstance(value, list):
        return tuple(str(answer) for answer in value)
    return () if value is None else (str(value),)


def _choices(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, str):
        value = _json(value, "choices")
    return tuple(str(choice) for choice in value) if value else None


def _json(value: str | None, what: str) -> Any:
    try:
        return None if not value else json.loads(value)
    except ValueError as error:
        raise SpecError(f"{what} is not JSON: {error}") from error
