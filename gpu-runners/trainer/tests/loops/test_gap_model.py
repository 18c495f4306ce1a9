"""The gap model: learns which of two texts is better, and scores 0 where they are the same."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.loops.small_models import make_small_lm
from tests.loops.tables import run_learn, run_sample, write_task, write_training
from trainer.loops.gap_model import FILE, GapModel
from trainer.loops.queries import Query
from trainer.spec import SpecError

GOOD, BAD = "answer red", "that is blue"
ANIMALS = ["cat", "dog", "apple", "animal"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_small_lm(tmp_path_factory.mktemp("lm"), scale=1.0)


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    queries = [{"query_id": f"q{i}", "question": word, "draft": BAD} for i, word in enumerate(ANIMALS)]
    return write_task(tmp_path_factory.mktemp("task") / "task.parquet", queries)


@pytest.fixture(scope="module")
def learned(folder: Path, task: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    out = tmp_path_factory.mktemp("gap")
    rows = [{"query_id": f"q{i}", "prompt": "", "target": GOOD, "rejected": BAD} for i in range(len(ANIMALS) - 1)]
    done = run_learn(
        {
            "policy_kind": "causal-lm",
            "slot": "gap",
            "reference": str(folder),
            "training": write_training(out / "training.parquet", rows),
            "task": task,
            "learning": {"objective": "gap", "from": "none", "steps": 40, "batchSize": 3, "learningRate": 0.01},
            "seed": 1,
            "output": str(out / "learned"),
        }
    )
    return out / "learned", done


def test_without_a_head_it_is_at_chance(folder):
    assert GapModel.load("causal-lm", folder).score([(Query("q0", question="cat"), GOOD, BAD)]) == [0]


def test_it_learns_the_order_and_says_so(learned):
    _, done = learned

    assert done["summary"]["firstLoss"] > 2
    assert done["summary"]["loss"] < 0.5
    assert done["summary"]["ordered"] == 1
    assert FILE in done["files"]


def test_swapped_texts_change_the_sign_and_equal_ones_are_worth_nothing(learned):
    model = GapModel.load("causal-lm", learned[0])
    # Of a question it never learnt from.
    query = Query("q3", question=ANIMALS[3])

    better, equal, same, worse = model.score([(query, a, b) for a in (GOOD, BAD) for b in (BAD, GOOD)])
    alike = model.score([(Query("q0", question=word), text, text) for word in ANIMALS[:3] for text in (GOOD, BAD)])

    assert better > max(equal, same) >= min(equal, same) > worse
    assert better > 0 > worse
    assert sum(alike) / len(alike) == pytest.approx(0, abs=1e-4)


def test_improvements_are_rewarded_by_it(folder, learned, task, tmp_path):
    drawn = run_sample(
        {
            "policy": {"kind": "causal-lm", "folder": str(folder)},
            "reward": {"folder": str(learned[0])},
            "task": task,
            "draw": {"split": "train", "count": 3, "form": "improve", "maxTokens": 4},
            "score": {"reward": {"kind": "gap"}},
            "seed": 2,
            "output": str(tmp_path / "samples.parquet"),
        }
    )

    model = GapModel.load("causal-lm", learned[0])
    words = {f"q{i}": Query(f"q{i}", question=word) for i, word in enumerate(ANIMALS)}
    expected = model.score([(words[row["query_id"]], row["text"], row["draft"]) for row in drawn])
    assert [row["reward"] for row in drawn] == pytest.approx(expected, abs=1e-4)
    assert len(set(expected)) > 3
    assert all(row["draft"] == BAD for row in drawn)


def test_texts_without_a_draft_are_refused(folder, learned, task, tmp_path):
    with pytest.raises(SpecError, match="draw by form improve"):
        run_sample(
            {
                "policy": {"kind": "causal-lm", "folder": str(folder)},
                "reward": {"folder": str(learned[0])},
                "task": task,
                "draw": {"split": "train", "count": 1},
                "score": {"reward": {"kind": "gap"}},
                "seed": 2,
                "output": str(tmp_path / "samples.parquet"),
            }
        )


def test_a_text_scores_the_same_beside_others(learned):
    model = GapModel.load("causal-lm", learned[0])
    many = [(Query("q", question=word), text, BAD) for word in ANIMALS for text in (GOOD, "red " * 20)]

    assert model.score(many) == pytest.approx([model.score([one])[0] for one in many], abs=1e-4)
    assert not torch.tensor(model.score(many)).isnan().any()
