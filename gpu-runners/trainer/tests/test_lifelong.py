"""The learners of the lifelong demo, on made-up tasks; whether they forget is for the demo itself to show."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image
from torch.testing import assert_close

from trainer.lifelong.learners import LEARNERS, Anchor, LearnerName, Settings, join
from trainer.lifelong.lifetime import Plan, live
from trainer.lifelong.log import Record, write_log
from trainer.lifelong.matrix import accuracy_matrix
from trainer.lifelong.network import Classifier
from trainer.lifelong.scenario import learning_blocks
from trainer.lifelong.tasks import Task, read_parquet, split
from trainer.spec import SpecError

COLOURS = ["red", "green", "blue", "white"]


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> list[Task]:
    """Two tasks of two plain colours each, in the layout of CIFAR-10's files."""
    rows = []
    for i in range(48):
        data = io.BytesIO()
        Image.new("RGB", (8, 8), COLOURS[i % 4]).save(data, "PNG")
        rows.append({"img": {"bytes": data.getvalue(), "path": ""}, "label": i % 4})
    features = {"img": {"_type": "Image"}, "label": {"names": COLOURS, "_type": "ClassLabel"}}
    table = pa.Table.from_pylist(rows)
    path = tmp_path_factory.mktemp("cifar") / "data.parquet"
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    source = read_parquet(path)
    return split(source, source, seed=0, train_each=8, test_each=4)


def plan(learner: LearnerName = "naive", **changes: Any) -> Plan:
    settings = Settings(batch_size=4, learning_rate=3e-3, fisher_samples=8, replay_per_class=2)
    values: dict[str, Any] = {"scenario": "condensed", "protocol": "task", "seed": 1, "experiences": 3}
    return Plan(learner, **(values | changes), evaluation_batch=4, settings=settings)


def lifetime(tasks: list[Task], init: Path, plan: Plan) -> list[Record]:
    records: list[Record] = []
    live(plan, tasks, init, records.append)
    return records


def test_blocks_of_a_dispersed_lifetime_are_rounds_of_all_tasks_and_add_up() -> None:
    blocks = learning_blocks("dispersed", 5, 61, seed=0)

    assert [block.experiences for block in blocks] == [21] * 5 + [20] * 10
    assert all(sorted(block.task for block in blocks[i : i + 5]) == [0, 1, 2, 3, 4] for i in (0, 5, 10))
    assert [block.experiences for block in learning_blocks("condensed", 5, 61, seed=0)] == [61] * 5


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_lifetime_evaluates_all_tasks_before_between_and_after(
    tasks: list[Task], init: Path, learner: LearnerName
) -> None:
    records = lifetime(tasks, init, plan(learner))

    story = [(r.block_num, r.block_type) for r in records]
    assert list(dict.fromkeys(story)) == [(0, "test"), (1, "train"), (2, "test"), (3, "train"), (4, "test")]
    assert [r.exp_num for r in records] == list(range(len(records)))
    assert {r.task_name for r in records if r.block_num == 2} == {"RedGreen_0", "BlueWhite_0"}
    assert sum(r.block_type == "train" for r in records) == 6


def test_a_seed_fixes_a_lifetime_and_learners_start_alike(tasks: list[Task], init: Path) -> None:
    one, again, other = (lifetime(tasks, init, plan(learner)) for learner in ("replay", "replay", "naive"))

    assert [(r.accuracy, r.loss) for r in one] == [(r.accuracy, r.loss) for r in again]
    assert one[0].loss == other[0].loss


def test_an_expert_knows_one_task(tasks: list[Task], init: Path) -> None:
    records = lifetime(tasks, init, plan(scenario="ste", expert_of=1))

    assert {r.task_name for r in records} == {"BlueWhite_0"}
    assert [r.block_num for r in records if r.block_type == "train"] == [1, 1, 1]


def test_many_pulls_are_one() -> None:
    anchors = [Anchor({"w": torch.randn(5)}, {"w": torch.rand(5)}) for _ in range(3)]
    w = torch.randn(5)

    joint = join(anchors)

    assert joint
    expected = sum(a.fisher["w"] * (w - a.start["w"]) for a in anchors)
    assert_close(joint.fisher["w"] * (w - joint.start["w"]), expected)
    assert join([]) is None


def test_a_head_of_its_own_hides_the_other_tasks_outputs(init: Path) -> None:
    network = Classifier(init, 3, "task")

    logits = network(torch.zeros(2, 3, 32, 32), torch.tensor([0, 2]))

    assert logits.isfinite().tolist() == [[True] * 2 + [False] * 4, [False] * 4 + [True] * 2]


def test_logs_are_l2loggers_and_matrices_have_a_row_an_evaluation(
    tasks: list[Task], init: Path, tmp_path: Path
) -> None:
    records = lifetime(tasks, init, plan())
    write_log(tmp_path, records, {"scenario_type": "condensed"})

    with (tmp_path / "worker-default" / "1-train" / "data-log.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    matrix = accuracy_matrix(records, [task.name for task in tasks], ["x", "y"])["matrix"]
    assert json.loads((tmp_path / "logger_info.json").read_text()) == {
        "metrics_columns": ["accuracy", "loss"],
        "log_format_version": "1.1",
    }
    assert len(rows) == 3
    assert rows[0]["task_params"] == "{}"
    assert [len(row) for row in matrix] == [2, 2, 2]


def test_data_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("no")

    with pytest.raises(SpecError, match=r"x.parquet is no image-classification file"):
        read_parquet(tmp_path / "x.parquet")
