"""Scenes in words, questions of six families and the programs that answer them: what the loop policy is taught on.

The pictures, their splits by artwork and their questions are made elsewhere; this has no pictures and needs none.
"""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.loops.scenes.program import ProgramError, run_program

KINDS = {
    "animal": ["cat", "dog", "horse", "bird", "fish"],
    "fruit": ["apple", "pear", "cherry", "grape", "lemon"],
    "vehicle": ["car", "bus", "train", "boat", "bike"],
}
COLORS = ["red", "blue", "green", "gold"]
SIZES = ["small", "large"]
PLACES = {"left-of": "left of", "right-of": "right of", "above": "above", "below": "below"}
FAMILIES = ("filter", "count", "compare", "relation", "arithmetic", "odd")


@dataclass(frozen=True)
class Item:
    family: str
    scene: dict[str, Any]
    question: str
    program: str
    answer: str


def compose(luck: random.Random) -> Item:
    """A scene and a question about it that has an answer."""
    while True:
        scene = _scene(luck)
        family = luck.choice(FAMILIES)
        question, program = _ask(family, scene, luck)
        try:
            return Item(family, scene, question, program, run_program(program, scene))
        except ProgramError:
            continue


def write_questions(path: Path, splits: dict[str, int], seed: int) -> None:
    """A task of questions; scenes of one split are in no other."""
    luck, rows, seen = random.Random(seed), [], set()
    for split, count in splits.items():
        made = 0
        while made < count:
            item = compose(luck)
            key = json.dumps([item.scene, item.question])
            if key in seen:
                continue
            seen.add(key)
            rows.append(
                {
                    "query_id": f"{split}-{made}",
                    "split": split,
                    "slice": item.family,
                    "question": item.question,
                    "answer": json.dumps([item.answer]),
                    "scene": json.dumps(item.scene),
                }
            )
            made += 1
    pq.write_table(pa.Table.from_pylist(rows), path, compression="zstd")


def words() -> list[str]:
    """Every word that scenes, questions and solutions are made of."""
    luck = random.Random(0)
    text = " ".join(compose(luck).question for _ in range(3000))
    places = [*PLACES, "row-of", "column-of", *(f"{axis}{i}" for axis in "rc" for i in (1, 2, 3))]
    grammar = ["things", "where", "except", "odd", "count", "name", "kind", "color", "size"]
    own = [*grammar, "answer", "that", "is", "how", "many", "of", "none", "yes", "no", "next", "done"]
    names = [name for names in KINDS.values() for name in names]
    return [*text.split(), *KINDS, *names, *COLORS, *SIZES, *places, *own]


def _scene(luck: random.Random) -> dict[str, Any]:
    kind_of = {name: kind for kind, names in KINDS.items() for name in names}
    names = luck.sample(sorted(kind_of), luck.randint(3, 5))
    cells = sorted(luck.sample([(row, column) for row in (1, 2, 3) for column in (1, 2, 3)], len(names)))
    things = [
        {
            "name": name,
            "kind": kind_of[name],
            "color": luck.choice(COLORS),
            "size": luck.choice(SIZES),
            "row": row,
            "column": column,
        }
        for name, (row, column) in zip(names, cells, strict=True)
    ]
    return {"things": things}


def _ask(family: str, scene: dict[str, Any], luck: random.Random) -> tuple[str, str]:
    thing = luck.choice(scene["things"])
    one, two = luck.sample(["kind", "color", "size"], 2)
    some = f"{one} {thing[one]}"
    other = f"{two} {luck.choice(scene['things'])[two]}"
    count = f"things | where {some} | count"
    if family == "filter":
        if luck.random() < 0.5:
            return f"what {one} is {thing['name']}", f"things | where name {thing['name']} | {one}"
        both = f"{two} {thing[two]}"
        return f"what is {some} and {both}", f"things | where {some} | where {both} | name"
    if family == "count":
        if luck.random() < 0.5:
            return f"how many are {some}", count
        return f"how many are {some} and {other}", f"things | where {some} | where {other} | count"
    if family == "compare":
        return f"are more {some} than {other}", f"{count} > things | where {other} | count"
    if family == "relation":
        place = luck.choice(sorted(PLACES))
        ending = luck.choice(["name", "color"])
        return f"what {ending} is {PLACES[place]} {thing['name']}", f"things | {place} {thing['name']} | {ending}"
    if family == "arithmetic":
        return f"how many are {some} plus {other}", f"{count} + things | where {other} | count"
    return f"what has a {one} of its own", f"things | odd {one} | name"
