"""torchrun's agent: a worker is killed, all start again from the newest checkpoint, and the losses stay the same."""

import os
import signal
import sys
import time
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import pytest
from torch._C._distributed_c10d import TCPStore
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from tests.conftest import write_spec
from tests.runs import read_events, run
from trainer.__main__ import main
from trainer.distributed import take_place


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


def start_worker(store: TCPStore, rank: int, restarts: int) -> ForkProcess:
    """A worker as torchrun's agent starts it, which takes its place and meets the other."""
    environment = {
        "MASTER_ADDR": "localhost",
        "MASTER_PORT": str(store.port),
        "WORLD_SIZE": "2",
        "RANK": str(rank),
        "TORCHELASTIC_USE_AGENT_STORE": "True",
        "TORCHELASTIC_RESTART_COUNT": str(restarts),
    }

    def meet() -> None:
        os.environ.update(environment)
        take_place().meet()

    process = get_context("fork").Process(target=meet)
    process.start()
    return process


def test_a_worker_started_again_does_not_call_those_that_died() -> None:
    store = TCPStore("localhost", 0, is_master=True, wait_for_workers=False)
    for worker in [start_worker(store, rank, 0) for rank in range(2)]:
        worker.join(60)

    early = start_worker(store, 1, 1)
    # Time to find the address of the first attempt's first worker, were it still to be found.
    time.sleep(1)
    workers = [start_worker(store, 0, 1), early]
    for worker in workers:
        worker.join(60)

    codes = [worker.exitcode for worker in workers]
    for worker in workers:
        worker.kill()
    assert codes == [0, 0]
