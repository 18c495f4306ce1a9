"""What to train, parsed once from `spec.json` (its JSON Schema is `schemas/json/train-spec.json`) and then trusted."""

import dataclasses
import json
import math
import re
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from trainer.recipe import Recipe, limited

GIB = 1024**3


class SpecError(ValueError):
    """The job can't be done as asked; trying again would end the same way."""


@dataclass(frozen=True)
class ShardFiles:
    is_snake: ClassVar = True

    shard: Path
    base: Path
    refined: Path | None = None
    is_earlier: bool = False
    source: int = limited(0, 0)
    samples: int | None = limited(None, 1)


@dataclass(frozen=True)
class Spec:
    is_snake: ClassVar = True

    format: Literal["whetstone-train/1"]
    name: str
    seed: int = field(metadata={"minimum": 1 - 2**53, "maximum": 2**53 - 1})
    recipe: Recipe
    from_scratch: bool
    init: Path
    data: tuple[ShardFiles, ...]
    output: Path
    checkpoint_dir: Path
    weights: tuple[float, ...] | None = None
    is_lent: bool = False
    architecture: str | None = None
    hub_id: str | None = None
    hub_revision: str | None = None
    resume: Path | None = None
    threads: int = limited(1, 1, 1024)
    image_cache_bytes: int = limited(4 * GIB, 0)
    code_version: str = "unknown"
    origin: dict[str, str] = field(default_factory=dict)


def read_spec(path: Path) -> Spec:
    """Reads a spec; paths in it are relative to its folder."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError(f"spec {path.name} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise SpecError(f"spec {path.name} is not JSON: {error}") from error
    spec = parse(Spec, raw, path.parent)
    if not spec.data:
        raise SpecError("data is empty: give at least one shard")
    return spec


def parse(schema: type, raw: Any, folder: Path = Path(), at: str = "") -> Any:
    """Builds the dataclass `schema` from JSON, refusing unknown keys, wrong types and values out of range."""
    if not isinstance(raw, dict):
        raise SpecError(f"{at or 'spec'} must be an object")
    # What the API wrote is camelCase; the spec around it is snake_case.
    to_key = (lambda name: name) if getattr(schema, "is_snake", False) else _to_camel
    fields = {to_key(f.name): f for f in dataclasses.fields(schema)}
    hints = typing.get_type_hints(schema)
    if unknown := sorted(raw.keys() - fields.keys()):
        raise SpecError(f"{_join(at, unknown[0])} is not known")
    values = {}
    for key, f in fields.items():
        where = _join(at, key)
        if key in raw:
            values[f.name] = _value(hints[f.name], raw[key], folder, where)
            _check_range(f, values[f.name], where)
        elif f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
            raise SpecError(f"{where} is missing")
    try:
        return schema(**values)
    except ValueError as error:
        raise SpecError(f"{at}: {error}") from error


def _value(hint: Any, raw: Any, folder: Path, at: str) -> Any:
    arguments = typing.get_args(hint)
    if hint is Any:
        return raw
    if isinstance(hint, types.UnionType):
        return None if raw is None else _value(arguments[0], raw, folder, at)
    if dataclasses.is_dataclass(hint):
        return parse(typing.cast(type, hint), raw, folder, at)
    if typing.get_origin(hint) is Literal:
        if raw not in arguments:
            raise SpecError(f"{at} must be one of {', '.join(arguments)}")
        return raw
    if typing.get_origin(hint) is tuple:
        if not isinstance(raw, list):
            raise SpecError(f"{at} must be a list")
        return tuple(_value(arguments[0], item, folder, f"{at}[{i}]") for i, item in enumerate(raw))
    if typing.get_origin(hint) is dict:
        if not isinstance(raw, dict):
            raise SpecError(f"{at} must be an object")
        return {key: _value(arguments[1], item, folder, _join(at, key)) for key, item in raw.items()}
    if hint is Path:
        if not isinstance(raw, str) or not raw:
            raise SpecError(f"{at} must be a path")
        return folder / raw
    if hint is float and isinstance(raw, int) and not isinstance(raw, bool):
        return float(raw)
    if hint is int and isinstance(raw, float) and raw.is_integer():
        return int(raw)
    if not isinstance(raw, hint) or (isinstance(raw, bool) and hint is not bool):
        raise SpecError(f"{at} must be a {hint.__name__}")
    return raw


def _check_range(f: dataclasses.Field, value: Any, at: str) -> None:
    if value is None:
        return
    low, high, above = (f.metadata.get(name) for name in ("minimum", "maximum", "above"))
    if isinstance(value, float) and not math.isfinite(value):
        raise SpecError(f"{at} must be finite")
    if low is not None and value < low:
        raise SpecError(f"{at} must be at least {low}")
    if high is not None and value > high:
        raise SpecError(f"{at} must be at most {high}")
    if above is not None and value <= above:
        raise SpecError(f"{at} must be above {above}")


def to_camel(value: Any) -> Any:
    """A recipe as the API writes it."""
    return {_to_camel(key): to_camel(item) for key, item in value.items()} if isinstance(value, dict) else value


def _to_camel(name: str) -> str:
    # `from_` stands for a word that Python keeps for itself.
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name).rstrip("_")


def _join(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key
