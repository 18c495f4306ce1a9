"""The program as a runner starts it: lines in, events out, warm in between, gone with its parent."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.loops.tables import write_table, write_task, write_training


def test_it_does_steps_one_after_the_other_and_ends_with_its_parent(tmp_path):
    task = write_task(tmp_path / "task.parquet", [{"question": "which"}] * 8)
    start = str(write_table(tmp_path / "start", {"which": [0.5, 0.3, 0.2]}))
    learning = {"objective": "sft", "from": "current", "steps": 0, "batchSize": 4, "learningRate": 0.1}
    spec: dict[str, Any] = {"seed": 3, "draw": {"split": "train", "count": 4}, "score": {"reward": {"kind": "verdict"}}}
    steps = [
        {
            "id": "a",
            "kind": "sample",
            "spec": {
                **spec,
                "policy": {"kind": "tabular", "folder": start},
                "task": task,
                "output": str(tmp_path / "out" / "samples.parquet"),
            },
        },
        {"id": "b", "kind": "sample", "spec": {"policy": 1}},
        {
            "id": "c",
            "kind": "learn",
            "spec": {
                "policy_kind": "tabular",
                "slot": "policy",
                "start": start,
                "training": write_training(
                    tmp_path / "training.parquet", [{"query_id": "q0", "prompt": "which", "target": "two"}]
                ),
                "learning": learning,
                "seed": 1,
                "output": str(tmp_path / "learned"),
            },
        },
    ]
    program = subprocess.Popen(
        [sys.executable, "-m", "trainer.loops", "--attached"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdin is not None
    assert program.stdout is not None

    answers = []
    for step in [*steps, None]:
        program.stdin.write("this is no step\n" if step is None else json.dumps(step) + "\n")
        program.stdin.flush()
        while (event := json.loads(program.stdout.readline()))["type"] == "progress":
            pass
        answers.append(event)
    program.stdin.close()

    assert [(event["type"], event.get("id")) for event in answers[:3]] == [("done", "a"), ("error", "b"), ("done", "c")]
    assert answers[0]["result"]["counts"] == {"samples": 32, "tokens": 32, "queries": 8}
    assert answers[1]["code"] == answers[3]["code"] == "invalid_spec"
    assert answers[2]["result"]["files"] == ["table.safetensors"]
    assert program.wait(timeout=20) == 0
