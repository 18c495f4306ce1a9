import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnxruntime as ort
import pytest
import torch
from torch.testing import assert_close

from tests.conftest import make_spec, write_spec
from tests.runs import HERE, assert_same, kill_at_first_checkpoint, read_events, run
from trainer.events import Events
from trainer.spec import SpecError
from trainer.train import train

PROGRAM = [sys.executable, "-m", "trainer"]
ROOT = Path(__file__).parents[1]


def test_the_loss_falls_and_every_term_is_told(raw_spec: dict[str, Any]) -> None:
    raw_spec["recipe"]["steps"] = 40

    run(raw_spec)

    points = read_events(raw_spec, "progress")
    assert points[-1]["step"] == 40
    assert points[-1]["loss"] < 0.8 * points[0]["loss"]
    assert all(points[0][key] > 0 for key in ("loss_clip", "loss_hni", "loss_tags", "grad_norm", "samples_per_second"))
    (done,) = read_events(raw_spec, "done")
    assert done["metrics"]["tags"] == 6
    assert done["counts"] == {"samples": 48, "refined": 36, "undecodable": 0}


def test_a_seed_fixes_every_bit_and_another_seed_does_not(raw_spec: dict[str, Any], tmp_path: Path) -> None:
    first = run(raw_spec)
    again = run(raw_spec | {"output": str(tmp_path / "again")})
    other = run(raw_spec | {"output": str(tmp_path / "other"), "seed": 4})

    assert_same(first, again)
    assert any(not torch.equal(value, other[name]) for name, value in first.items())


def test_the_plain_arm_computes_no_extra_loss(raw_spec: dict[str, Any]) -> None:
    raw_spec["recipe"] |= {"positiveProbability": 0, "hni": {"weight": 0}, "tags": {"weight": 0}}

    run(raw_spec)

    last = read_events(raw_spec, "progress")[-1]
    assert last["loss_hni"] is None
    assert last["loss_tags"] is None
    assert last["loss"] == last["loss_clip"]


def test_data_without_refinements_trains_on_raw_text(raw_spec: dict[str, Any]) -> None:
    raw_spec["data"] = [{**files, "refined": None} for files in raw_spec["data"]]

    run(raw_spec)

    last = read_events(raw_spec, "progress")[-1]
    assert last["loss_hni"] == 0
    assert last["loss"] == last["loss_clip"]


def test_images_decoded_per_batch_give_the_same_weights_as_cached_ones(
    raw_spec: dict[str, Any], tmp_path: Path
) -> None:
    cached = run(raw_spec)
    decoded = run(raw_spec | {"output": str(tmp_path / "decoded"), "image_cache_bytes": 0})

    assert_same(cached, decoded)


def test_bf16_trains(raw_spec: dict[str, Any]) -> None:
    raw_spec["recipe"]["precision"] = "bf16"

    weights = run(raw_spec)

    assert all(value.isfinite().all() and value.dtype == torch.float32 for value in weights.values())


def test_a_run_resumed_from_its_checkpoint_ends_with_the_same_weights(raw_spec: dict[str, Any], tmp_path: Path) -> None:
    straight = run(raw_spec)
    checkpoint = tmp_path / "checkpoints" / "step-00000005.safetensors"

    resumed = run(raw_spec | {"output": str(tmp_path / "resumed"), "resume": str(checkpoint)})

    assert_same(straight, resumed)
    curves = [(tmp_path / name / "curve.jsonl").read_text().splitlines() for name in ("output", "resumed")]
    assert [json.loads(line)["loss"] for line in curves[0]] == [json.loads(line)["loss"] for line in curves[1]]


def test_a_checkpoint_of_another_training_is_refused(raw_spec: dict[str, Any], tmp_path: Path) -> None:
    run(raw_spec)
    checkpoint = str(tmp_path / "checkpoints" / "step-00000005.safetensors")

    with pytest.raises(SpecError, match="belongs to another training"):
        run(raw_spec | {"seed": 9, "resume": checkpoint})


def test_a_learning_rate_that_blows_up_is_a_clear_error(raw_spec: dict[str, Any]) -> None:
    raw_spec["recipe"]["learningRate"] = 1e30

    with pytest.raises(SpecError, match="try a lower learningRate"):
        run(raw_spec)


def test_killed_by_kill_9_and_resumed_it_ends_with_the_same_weights(raw_spec: dict[str, Any], tmp_path: Path) -> None:
    raw_spec["recipe"] |= {"steps": 120, "checkpointEverySteps": 4}
    straight = run(raw_spec | {"output": str(tmp_path / "straight"), "checkpoint_dir": str(tmp_path / "unused")})

    newest = kill_at_first_checkpoint(raw_spec)
    resumed = run(raw_spec | {"resume": str(newest)})

    assert not read_events(raw_spec, "done")[1:]
    assert read_events(raw_spec, "start")[-1]["step"] == int(newest.stem.removeprefix("step-")) > 0
    assert_same(straight, resumed)


def test_attached_it_ends_when_its_parent_goes_and_a_bad_spec_exits_2(raw_spec: dict[str, Any], tmp_path: Path) -> None:
    raw_spec["recipe"] |= {"steps": 1_000_000}
    bad = {**raw_spec, "recipe": {"steps": 0}}
    (tmp_path / "bad").mkdir()

    attached = subprocess.Popen(
        [*PROGRAM, "--attached", write_spec(raw_spec, tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
    )  # fmt: skip
    refused = subprocess.run([*PROGRAM, write_spec(bad, tmp_path / "bad")], cwd=ROOT, capture_output=True, text=True)
    assert attached.stdin
    assert attached.stdout
    assert json.loads(attached.stdout.readline())["type"] == "start"
    attached.stdin.close()

    assert attached.wait(timeout=20) == 1
    assert refused.returncode == 2
    assert "recipe.steps must be at least 1" in refused.stderr


def test_the_package_gives_in_onnx_what_pytorch_gives_for_any_batch_size(raw_spec: dict[str, Any]) -> None:
    run(raw_spec)
    folder = Path(raw_spec["output"])

    package = json.loads((folder / "model.json").read_text())
    session = ort.InferenceSession(folder / "visual.onnx")
    embedding = torch.tensor(session.run(["embedding"], {"image": torch.randn(5, 3, 32, 32).numpy()})[0])

    assert package["name"] == "colours"
    assert package["training"]["recipe"]["hni"]["weight"] == 0.5
    assert embedding.shape == (5, 16)
    assert_close(embedding.norm(dim=-1), torch.ones(5))
    files = ["card.md", "curve.jsonl", "events.jsonl", "model.json", "text.onnx", "tokenizer.json", "visual.onnx"]
    assert sorted(path.name for path in folder.iterdir()) == [*files, "weights.safetensors"]


def test_a_spec_without_samples_is_refused(raw_spec: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match="is missing"):
        run(raw_spec | {"data": [{**raw_spec["data"][0], "shard": "nowhere.tar"}]})
    spec = replace(make_spec(raw_spec), data=())
    with pytest.raises(SpecError, match="at least 2"):
        train(spec, HERE, Events([]))
