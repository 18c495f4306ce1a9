"""Training that is looked at: held-out looks, early stop, alarms, the card. Small runs in this process."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.runs import assert_same, read_events, run
from trainer.card import sparkline
from trainer.spec import SpecError
from trainer.watch.holdout import is_held_out, split


def test_what_is_held_out_depends_on_seed_and_uid_alone() -> None:
    uids = [f"{i:032x}" for i in range(2000)]

    train_N, held_N = split(uids, seed=1, share=0.1)
    turned_N = split(uids[::-1], seed=1, share=0.1)[1]

    assert 150 < len(held_N) < 250
    assert len(train_N) + len(held_N) == 2000
    assert {uids[i] for i in held_N} == {uids[::-1][i] for i in turned_N}
    assert split(uids, seed=2, share=0.1)[1].tolist() != held_N.tolist()
    assert not any(is_held_out(uid, seed=1, share=0) for uid in uids)
    # A larger share holds out the same ones and more.
    assert {*held_N.tolist()} < {*split(uids, seed=1, share=0.2)[1].tolist()}


def test_a_look_tells_held_out_loss_recall_and_the_same_samples_every_time(raw_spec: dict[str, Any]) -> None:
    raw_spec["recipe"] |= {"steps": 30, "watch": {"holdoutShare": 0.3, "everySteps": 10, "predictions": 2}}

    run(raw_spec)

    looks = read_events(raw_spec, "look")
    (done,) = read_events(raw_spec, "done")
    assert [look["step"] for look in looks] == [10, 20, 30]
    assert looks[0]["held_out"] is True
    assert looks[0]["samples"] == done["counts"]["heldOut"] > 5
    assert looks[-1]["loss"] < looks[0]["loss"]
    assert len({tuple(told["uid"] for told in look["predictions"]) for look in looks}) == 1
    told = looks[-1]["predictions"][0]
    cosines = [best["cosine"] for best in told["top"]]
    assert "square" in told["text"] or "img" in told["text"]
    assert "</w>" not in told["text"]
    assert cosines == sorted(cosines, reverse=True)
    assert done["metrics"]["heldOutLoss"] == looks[-1]["loss"]
    assert done["metrics"]["stoppedEarly"] is False


def test_looking_changes_no_weight(raw_spec: dict[str, Any], tmp_path: Path) -> None:
    raw_spec["recipe"]["watch"] = {"everySteps": 3}
    looked = run(raw_spec)
    raw_spec["recipe"]["watch"] = {"predictions": 0}

    unseen = run(raw_spec | {"output": str(tmp_path / "unseen")})

    assert_same(looked, unseen)
    assert not read_events(raw_spec | {"output": str(tmp_path / "unseen")}, "look")


def test_patience_stops_a_training_that_gets_no_better_and_exports_its_best(
    raw_spec: dict[str, Any], tmp_path: Path
) -> None:
    watch = {"holdoutShare": 0.3, "everySteps": 5, "patience": 2}
    raw_spec["recipe"] |= {"steps": 400, "learningRate": 0.05, "watch": watch, "checkpointEverySteps": 10}

    stopped = run(raw_spec)

    looks, (stop,) = read_events(raw_spec, "look"), read_events(raw_spec, "stop")
    (done,) = read_events(raw_spec, "done")
    best = min(looks, key=lambda look: look["loss"])
    assert stop["best_step"] == best["step"]
    assert stop["step"] == best["step"] + 2 * 5 == looks[-1]["step"] < 400
    assert done["metrics"]["stoppedEarly"] is True
    assert done["metrics"]["heldOutLoss"] == best["loss"]

    newest = max((tmp_path / "checkpoints").glob("step-*.safetensors"))
    resumed = run(raw_spec | {"output": str(tmp_path / "resumed"), "resume": str(newest)})

    assert_same(stopped, resumed)
    assert read_events(raw_spec | {"output": str(tmp_path / "resumed")}, "stop") == [stop]


def test_alarms_are_events_and_end_up_in_the_metrics(raw_spec: dict[str, Any]) -> None:
    raw_spec["recipe"] |= {"steps": 40, "tags": {"weight": 1e-12, "vocabularySize": 6}, "watch": {"everySteps": 10}}
    raw_spec["recipe"] |= {"learningRate": 0.3, "warmupSteps": 30}

    run(raw_spec)

    alarms = read_events(raw_spec, "alarm")
    (done,) = read_events(raw_spec, "done")
    codes = [alarm["code"] for alarm in alarms]
    assert "collapsed_image_embeddings" in codes or "divergence" in codes
    assert len(codes) == len(set(codes))
    assert [{"type": "alarm", **alarm} for alarm in done["metrics"]["alarms"]] == alarms


@pytest.mark.parametrize(
    ("watch", "message"),
    [
        ({"patience": 3}, "patience needs recipe.watch.holdoutShare above 0"),
        ({"holdoutShare": 1e-6}, "holds out 0 samples: raise it"),
    ],
)
def test_a_watch_that_can_tell_nothing_is_refused(
    raw_spec: dict[str, Any], watch: dict[str, Any], message: str
) -> None:
    raw_spec["recipe"]["watch"] = watch

    with pytest.raises(SpecError, match=message):
        run(raw_spec)


def test_the_card_tells_data_recipe_course_and_environment(raw_spec: dict[str, Any]) -> None:
    raw_spec["origin"] = {"versionId": "dsv_1", "initModelId": "mdl_1", "manifestSha256": "ab" * 32}

    run(raw_spec)

    folder = Path(raw_spec["output"])
    card = (folder / "card.md").read_text()
    training = json.loads((folder / "model.json").read_text())["training"]
    assert training["origin"] == raw_spec["origin"]
    assert training["environment"]["packages"]["torch"] == torch.__version__.split("+")[0]
    assert len(training["data"]["contentSha256"]) == 64
    for part in (
        "# colours",
        "12 steps",
        "| hni.weight | 0.5 |",
        "| contrastive loss |",
        "whetstone train dsv_1 --init mdl_1 --seed 3",
        training["data"]["contentSha256"],
        "packages.torch",
        "## Predictions at the end",
    ):
        assert part in card, part
    assert "augment.shift" not in card


def test_a_sparkline_goes_from_the_lowest_bar_to_the_highest() -> None:
    assert sparkline([0, 1, 2]) == "▁▅█"
    assert sparkline([3, 3]) == "▁▁"
    assert len(sparkline(list(range(500)))) == 40
