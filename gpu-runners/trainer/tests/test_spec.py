import json
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

from trainer.recipe import Recipe
from trainer.spec import ShardFiles, Spec, SpecError, parse, read_spec, to_camel

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas/json/train-spec.json").read_text())


def camel_keys(schema: type) -> dict[str, Any]:
    return {next(iter(to_camel({f.name: 0}))): f for f in fields(schema)}


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """Follows a reference; of a value that may be null, what it is otherwise."""
    if "$ref" in schema:
        return SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    return {**schema, **schema["anyOf"][0]} if "anyOf" in schema else schema


def assert_matches(properties: dict[str, Any], python: dict[str, Any]) -> None:
    """Names, defaults and bounds of the JSON Schema are those of the dataclass."""
    assert properties.keys() == python.keys()
    for name, f in python.items():
        schema = resolve(properties[name])
        if get_origin(f.type) is Literal and "enum" in schema:
            assert list(get_args(f.type)) == schema["enum"], name
        if is_dataclass(f.default):
            assert_matches(schema["properties"], camel_keys(type(f.default)))
            continue
        if f.default_factory is not MISSING:
            assert schema.get("default") == f.default_factory(), name
        if f.default is not MISSING:
            assert schema.get("default") == f.default, name
        if "minimum" in f.metadata:
            assert schema.get("minimum") == f.metadata["minimum"], name
        if f.metadata.get("maximum", float("inf")) < 2**53:
            assert schema.get("maximum") == f.metadata["maximum"], name
        assert schema.get("exclusiveMinimum") == f.metadata.get("above"), name


def test_the_recipe_is_the_api_s() -> None:
    assert_matches(SCHEMA["$defs"]["TrainRecipe"]["properties"], camel_keys(Recipe))


def test_the_spec_is_the_one_the_wrapper_writes() -> None:
    properties = dict(SCHEMA["$defs"]["TrainSpec"]["properties"])
    shard = properties["data"]["items"]["properties"]
    python = {f.name: f for f in fields(Spec)}

    assert_matches(shard, {f.name: f for f in fields(ShardFiles)})
    assert resolve(properties.pop("recipe"))["type"] == "object"
    python.pop("recipe")
    assert_matches(properties, python)


def test_an_empty_recipe_is_the_plain_arm() -> None:
    recipe = parse(Recipe, {})

    assert (recipe.positive_probability, recipe.hni.weight, recipe.tags.weight) == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "recipe.steps must be at least 1"),
        ({"steps": 1.5}, "recipe.steps must be a int"),
        ({"steps": True}, "recipe.steps must be a int"),
        ({"learningRate": 0}, "recipe.learningRate must be above 0"),
        ({"learningRate": "fast"}, "recipe.learningRate must be a float"),
        ({"hni": {"tagProbability": 2}}, "recipe.hni.tagProbability must be at most 1"),
        ({"hni": 3}, "recipe.hni must be an object"),
        ({"precision": "fp8"}, "recipe.precision must be one of fp32, bf16"),
        ({"epochs": 3}, "recipe.epochs is not known"),
    ],
)
def test_a_bad_recipe_is_named(raw_spec: dict[str, Any], change: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        parse(Spec, raw_spec | {"recipe": change})


def test_a_spec_that_is_missing_or_no_json_or_incomplete_is_named(raw_spec: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    with pytest.raises(SpecError, match=r"spec spec.json can't be read"):
        read_spec(path)
    path.write_text("{")
    with pytest.raises(SpecError, match="is not JSON"):
        read_spec(path)
    del raw_spec["seed"]
    path.write_text(json.dumps(raw_spec))
    with pytest.raises(SpecError, match="seed is missing"):
        read_spec(path)


def test_paths_are_relative_to_the_spec(raw_spec: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(raw_spec | {"output": "out"}))

    assert read_spec(path).output == tmp_path / "out"
