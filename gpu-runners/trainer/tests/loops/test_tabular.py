"""On a table everything is exact: what is drawn, what is learned and what is left alone."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.loops.tables import run_learn, run_sample, write_table, write_task, write_training
from trainer.loops.spec import LoopError
from trainer.loops.tabular import FILE, TabularPolicy
from trainer.spec import SpecError


def sample_spec(tmp: Path, **changes: Any) -> dict[str, Any]:
    folder = write_table(tmp / "policy", {"which": [0.5, 0.3, 0.2]})
    task = write_task(tmp / "task.parquet", [{"question": "which"} for _ in range(50)])
    return {
        "policy": {"kind": "tabular", "folder": str(folder)},
        "base": None,
        "reward": None,
        "task": task,
        "rows": None,
        "draw": {"split": "train", "count": 40, "temperatures": [1]},
        "score": {"reward": {"kind": "none"}},
        "seed": 7,
        "shard": 0,
        "shards": 1,
        "output": str(tmp / "samples.parquet"),
        **changes,
    }


def learn_spec(tmp: Path, rows: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    return {
        "policy_kind": "tabular",
        "slot": "policy",
        "start": str(write_table(tmp / "start", {"which": [0.5, 0.3, 0.2], "other": [0.2, 0.3, 0.5]})),
        "reference": None,
        "optimiser": None,
        "training": write_training(tmp / "training.parquet", rows),
        "task": None,
        "learning": {"objective": "sft", "from": "current", "steps": 0, "batchSize": 4, "learningRate": 0.1},
        "seed": 1,
        "output": str(tmp / "learned"),
        **changes,
    }


def row(target: str, prompt: str = "which", **more: Any) -> dict[str, Any]:
    return {"query_id": "q0", "prompt": prompt, "target": target, **more}


def probabilities(folder: str | Path, prompt: int = 0) -> list[float]:
    return TabularPolicy.load(Path(folder)).logits_PC[prompt].softmax(-1).tolist()


def test_texts_are_drawn_as_often_as_they_are_likely(tmp_path):
    drawn = run_sample(sample_spec(tmp_path))

    shares = [sum(row["text"] == text for row in drawn) / len(drawn) for text in ("one", "two", "three")]
    assert len(drawn) == 2000
    assert shares == pytest.approx([0.5, 0.3, 0.2], abs=0.04)
    assert {round(row["log_prob"], 6) for row in drawn if row["text"] == "two"} == {-1.203973}
    assert all(row["correct"] == (row["text"] == "one") for row in drawn)


def test_a_seed_draws_the_same_texts_whatever_else_is_drawn_beside_them(tmp_path):
    whole = run_sample(sample_spec(tmp_path))
    halves = [run_sample(sample_spec(tmp_path, shard=shard, shards=2)) for shard in (0, 1)]

    other = run_sample(sample_spec(tmp_path, seed=8))
    key = lambda row: (row["query_id"], row["sample_idx"])  # noqa: E731
    assert sorted(halves[0] + halves[1], key=key) == sorted(whole, key=key)
    assert [row["text"] for row in other] != [row["text"] for row in whole]


def test_temperature_sharpens_and_zero_is_greedy(tmp_path):
    draw = {"split": "train", "queries": 20, "offset": 45, "count": 50, "temperatures": [0.25, 0], "greedy": True}
    drawn = run_sample(sample_spec(tmp_path, draw=draw))

    cool = [row["text"] == "one" for row in drawn if row["temperature"] == 0.25]
    assert sum(cool) / len(cool) == pytest.approx(0.5**4 / (0.5**4 + 0.3**4 + 0.2**4), abs=0.04)
    assert {row["text"] for row in drawn if row["temperature"] == 0} == {"one"}
    assert sum(row["sample_idx"] == -1 for row in drawn) == 20


def test_rewards_are_what_they_are_called(tmp_path):
    base = {"kind": "tabular", "folder": str(write_table(tmp_path / "base", {"which": [0.25, 0.5, 0.25]}))}

    def rewards(reward: dict[str, Any], **score: Any) -> list[dict[str, Any]]:
        return run_sample(sample_spec(tmp_path, base=base, score={"reward": reward, **score}))

    of_base = rewards({"kind": "log-probability", "normalised": False})
    assert {round(row["reward"], 6) for row in of_base if row["text"] == "two"} == {-0.693147}
    assert all(row["base_log_prob"] == row["reward"] for row in of_base)
    majority = [row for row in rewards({"kind": "majority"}) if row["query_id"] == "q3"]
    assert {row["reward"] for row in majority if row["text"] == "one"} == {
        sum(row["text"] == "one" for row in majority) / 40
    }
    deceptive = rewards({"kind": "toy", "world": "deceptive", "size": 0})
    assert all(row["reward"] == 1 - row["correct"] for row in deceptive)
    both = rewards({"kind": "toy", "world": "constant", "size": 0.5}, addsVerdict=True)
    assert all(row["reward"] == 0.5 + row["correct"] for row in both)


def test_no_rows_leave_the_weights_byte_for_byte(tmp_path):
    done = run_learn(learn_spec(tmp_path, []))

    before, after = ((tmp_path / folder / FILE).read_bytes() for folder in ("start", "learned"))
    assert after == before
    assert done["weights"] == hashlib.sha256(before).hexdigest()
    assert done["files"] == [FILE]
    assert done["summary"]["isUnchanged"]


def test_exact_learning_makes_frequencies_of_what_was_seen(tmp_path):
    run_learn(learn_spec(tmp_path, [row("one"), row("one"), row("two", weight=2.0)]))

    assert probabilities(tmp_path / "learned") == pytest.approx([0.5, 0.5, 0])
    assert probabilities(tmp_path / "learned", 1) == pytest.approx([0.2, 0.3, 0.5])


def test_gradient_steps_come_to_the_same_frequencies(tmp_path):
    learning = {"objective": "sft", "from": "base", "steps": 400, "batchSize": 3, "learningRate": 0.05}
    done = run_learn(learn_spec(tmp_path, [row("one"), row("one"), row("three")], learning=learning))

    assert probabilities(tmp_path / "learned") == pytest.approx([2 / 3, 0, 1 / 3], abs=0.02)
    assert done["summary"]["loss"] < done["summary"]["firstLoss"]


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_training_cut_in_two_ends_with_the_same_bits(tmp_path, schedule):
    rows = [row("one"), row("two"), row("three", "other"), row("one", "other"), row("one")]
    plain = {"objective": "sft", "from": "current", "batchSize": 2, "learningRate": 0.03, "schedule": schedule}
    learning = {**plain, "optimiser": "inherited", "scheduleSteps": 40, "warmupSteps": 5}
    run_learn(learn_spec(tmp_path, rows, learning={**learning, "steps": 40}, output=str(tmp_path / "straight")))

    run_learn(learn_spec(tmp_path, rows, learning={**learning, "steps": 20}, output=str(tmp_path / "half")))
    half = {"start": str(tmp_path / "half"), "optimiser": str(tmp_path / "half" / "optimiser.safetensors")}
    run_learn(learn_spec(tmp_path, rows, learning={**learning, "steps": 20}, output=str(tmp_path / "two"), **half))
    restarted = {**learning, "optimiser": "fresh", "steps": 20}
    run_learn(learn_spec(tmp_path, rows, learning=restarted, output=str(tmp_path / "fresh"), **half))

    straight, two, fresh = (TabularPolicy.load(tmp_path / name).logits_PC for name in ("straight", "two", "fresh"))
    assert torch.equal(two, straight)
    assert not torch.equal(fresh, straight)


def test_equal_returns_have_no_gradient_and_it_is_said(tmp_path):
    rows = [row(text, advantage=1.0) for text in ("one", "two", "three")]
    learning = {"objective": "grpo", "from": "current", "steps": 5, "batchSize": 3, "learningRate": 0.1}
    done = run_learn(learn_spec(tmp_path, rows, learning=learning, reference=str(tmp_path / "start")))

    assert done["summary"]["hasGradient"] is False
    assert (tmp_path / "learned" / FILE).read_bytes() == (tmp_path / "start" / FILE).read_bytes()


def test_grpo_moves_probability_to_the_better_text(tmp_path):
    rows = [row("one", advantage=0.0), row("two", advantage=1.0), row("three", advantage=0.0)]
    learning = {"objective": "grpo", "from": "current", "steps": 20, "batchSize": 3, "learningRate": 0.1, "beta": 0}
    run_learn(learn_spec(tmp_path, rows, learning=learning))

    assert probabilities(tmp_path / "learned")[1] > 0.3


def test_a_loss_that_is_no_number_has_a_code(tmp_path):
    learning = {"objective": "sft", "from": "current", "steps": 3, "batchSize": 1, "learningRate": 0.1}
    with pytest.raises(LoopError) as caught:
        run_learn(learn_spec(tmp_path, [row("never said")], learning=learning))

    assert caught.value.code == "loss_not_finite"


def test_impossible_steps_are_refused_by_name(tmp_path):
    with pytest.raises(SpecError, match=r"draw\.count must be at most 1024"):
        run_sample(sample_spec(tmp_path, draw={"split": "train", "count": 2000}))
    with pytest.raises(SpecError, match="no query in split 'dev'"):
        run_sample(sample_spec(tmp_path, draw={"split": "dev", "count": 1}))
    with pytest.raises(SpecError, match="no row for the prompt 'elsewhere'"):
        run_learn(learn_spec(tmp_path, [row("one", "elsewhere")]))
