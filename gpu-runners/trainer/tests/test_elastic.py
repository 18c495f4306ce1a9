"""torchrun's agent: a worker is killed, all start again from the newest checkpoint, and the losses stay the same."""

import os
import signal
import sys
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from tests.conftest import write_spec
from tests.runs import read_events, run
from trainer.__main__ import main


def losses(raw: dict[str, Any]) -> dict[int, float]:
    """The last word on each step: what came after the checkpoint is told twice."""
    return {event["step"]: event["loss"] for event in read_events(raw, "progress")}


def program(spec: str) -> None:
    sys.argv = ["trainer", spec]
    if code := main():
        sys.exit(code)


def torchrun(spec: str) -> None:
    """What `torchrun --standalone` does, with workers that need not import everything anew."""
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=2,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        run_id="elastic",
        max_restarts=3,
        monitor_interval=0.1,
        start_method="fork",
    )
    elastic_launch(config, program)(spec)


def children_of(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers in /proc")
def test_a_killed_worker_costs_no_loss(raw_spec: dict[str, Any], tmp_path: Path) -> None:
    raw_spec["recipe"] |= {"steps": 30, "checkpointEverySteps": 5}
    plain = raw_spec | {"output": str(tmp_path / "plain"), "checkpoint_dir": str(tmp_path / "plain-checkpoints")}
    run(plain)
    checkpoints = Path(raw_spec["checkpoint_dir"])

    agent = get_context("fork").Process(target=torchrun, args=(str(write_spec(raw_spec, tmp_path)),))
    agent.start()
    assert agent.pid
    while not any(checkpoints.glob("step-*.safetensors")):
        assert agent.is_alive()
        time.sleep(0.01)
    os.kill(children_of(agent.pid)[-1], signal.SIGKILL)
    agent.join(120)
    assert agent.exitcode == 0

    starts = [event["step"] for event in read_events(raw_spec, "start")]
    assert starts[0] == 0
    assert len(starts) == 2
    assert starts[1] >= 5
    assert losses(raw_spec) == pytest.approx(losses(plain), abs=1e-5)
