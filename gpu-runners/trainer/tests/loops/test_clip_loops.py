"""A CLIP in a loop: as a policy over labels, as a reward and as what learns, on coloured squares."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.loops.pictures import COLOURS, write_version
from tests.loops.tables import run_learn, run_sample, write_training
from trainer.loops.clip import LoadedClip
from trainer.loops.label import LabelPolicy
from trainer.loops.policy import Ask, Prompt
from trainer.loops.queries import read_refinements
from trainer.loops.refinement import f1, read_said
from trainer.spec import SpecError

LABELS = tuple(sorted(f"{colour} square" for colour in COLOURS))
PACKAGE = ["model.json", "text.onnx", "tokenizer.json", "visual.onnx", "weights.safetensors"]


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return write_version(tmp_path_factory.mktemp("version"))


def queries(task: dict[str, Any]):
    return read_refinements(tuple(map(Path, task["files"])))


def sample_spec(init: Path, task: dict[str, Any], tmp: Path, **changes: Any) -> dict[str, Any]:
    return {
        "policy": {"kind": "label", "folder": str(init)},
        "reward": {"folder": str(init)},
        "task": task,
        "draw": {"split": "train", "count": 3, "greedy": True},
        "score": {"reward": {"kind": "clip-margin", "distractors": 4}},
        "seed": 2,
        "output": str(tmp / "samples.parquet"),
        **changes,
    }


def learn_spec(start: Path, task: dict[str, Any], tmp: Path, objective: str) -> dict[str, Any]:
    rows = [
        {"query_id": query.query_id, "prompt": query.question, "target": query.answers[0]}
        for query in queries(task)
        if query.split == "train"
    ]
    learning = {"objective": objective, "from": "current", "steps": 60, "batchSize": 6, "learningRate": 0.003}
    return {
        "policy_kind": "label",
        "slot": "policy",
        "start": str(start),
        "training": write_training(tmp / "training.parquet", rows),
        "task": task,
        "learning": learning,
        "seed": 1,
        "output": str(tmp / "learned"),
    }


def test_a_label_comes_as_often_as_the_softmax_says(init, task):
    policy, query = LabelPolicy.load(init), queries(task)[0]
    prompt = Prompt("", query.image, query.choices)

    drawn = policy.draw([Ask(prompt, 1.0, i, 1) for i in range(4000)])

    loaded = LoadedClip.load(init)
    with torch.no_grad():
        image, texts = loaded.encode_images([prompt.image or b""]), loaded.encode_texts(LABELS)
        expected = (loaded.clip.logit_scale.exp() * image @ texts.T).double().softmax(-1)[0]
        found, mask = policy.token_log_probs([(prompt, label) for label in LABELS])
    for label, share in zip(LABELS, expected.tolist(), strict=True):
        assert sum(one.text == label for one in drawn) / 4000 == pytest.approx(share, abs=0.035)
    assert found[:, 0].exp().tolist() == pytest.approx(expected.tolist())
    assert float(found.exp().sum()) == pytest.approx(1)
    assert mask.all()
    assert policy.token_log_probs([(prompt, "a cat")])[0].item() == -torch.inf


def test_margins_are_cosines_less_those_of_others(init, task, tmp_path):
    rows = run_sample(sample_spec(init, task, tmp_path))
    again = run_sample(sample_spec(init, task, tmp_path, shard=1, shards=3))

    known = {query.query_id: query for query in queries(task)}
    loaded, ids = LoadedClip.load(init), [row["query_id"] for row in rows if row["sample_idx"] == -1]
    with torch.no_grad():
        for row in rows[:8]:
            start = ids.index(row["query_id"])
            pictures = [known[ids[(start + step) % len(ids)]].image or b"" for step in range(5)]
            cosines = loaded.encode_images(pictures) @ loaded.encode_texts([row["text"]])[0]
            assert row["reward"] == pytest.approx(float(cosines[0] - cosines[1:].mean()), abs=1e-6)
    by_draw = {(row["query_id"], row["sample_idx"]): row["reward"] for row in rows}
    assert all(by_draw[row["query_id"], row["sample_idx"]] == pytest.approx(row["reward"], abs=1e-6) for row in again)
    assert all(row["draft"].startswith("IMG_") and row["slice"] == "plain" for row in rows)
    assert all(row["correct"] == (row["text"] == known[row["query_id"]].answers[0]) for row in rows)


@pytest.mark.parametrize("objective", ["sft", "contrastive"])
def test_it_learns_names_and_leaves_a_whole_package(init, task, tmp_path, objective):
    done = run_learn(learn_spec(init, task, tmp_path, objective))

    assert done["summary"]["loss"] < done["summary"]["firstLoss"] / 2
    assert sorted(done["files"]) == PACKAGE
    draw = {"split": "held-out", "count": 0, "greedy": True}
    score = {"reward": {"kind": "none"}}
    rows = run_sample(sample_spec(tmp_path / "learned", task, tmp_path, draw=draw, score=score))
    assert sum(row["correct"] for row in rows) / len(rows) >= 0.8


def test_what_cannot_be_done_is_named(init, task, tmp_path):
    with pytest.raises(SpecError, match="each followed by its base layer"):
        run_sample(sample_spec(init, {**task, "files": task["files"][:1]}, tmp_path))
    row = {"query_id": "elsewhere", "prompt": "", "target": "red square"}
    training = write_training(tmp_path / "other.parquet", [row])
    with pytest.raises(SpecError, match="no image of elsewhere"):
        run_learn({**learn_spec(init, task, tmp_path, "contrastive"), "training": training})
    with pytest.raises(SpecError, match="needs a CLIP"):
        run_sample(sample_spec(init, task, tmp_path, reward=None))


def test_refinements_are_read_from_json_and_from_captions():
    text = '{"positiveDescription": "A cat.", "positiveTags": ["Cat", "pet", "cat"], "negativeTags": []}'

    assert read_said(text) is not None
    assert [said.key if said else None for said in map(read_said, (text, "Red , the square", "{", "", '{"a": 1}'))] == [
        "cat, pet",
        "red, square",
        None,
        None,
        None,
    ]
    assert f1(["cat", "pet"], ["cat", "animal"]) == pytest.approx(0.5)
    assert f1(["cat"], ["dog"]) == 0
