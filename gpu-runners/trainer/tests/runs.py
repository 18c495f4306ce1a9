"""Runs of the program as tests make them: here, or in processes of their own."""

import json
import os
import signal
import socket
import sys
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.conftest import make_spec, write_spec
from trainer.__main__ import main
from trainer.distributed import Place
from trainer.events import Events
from trainer.train import train

HERE = Place(0, 1, torch.device("cpu"))


def run(raw: dict[str, Any]) -> dict[str, torch.Tensor]:
    spec = make_spec(raw)
    with (spec.output / "events.jsonl").open("a") as file:
        train(spec, HERE, Events([file]))
    return load_file(spec.output / "weights.safetensors")


def read_events(raw: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    lines = (Path(raw["output"]) / "events.jsonl").read_text().splitlines()
    return [event for event in map(json.loads, lines) if event["type"] == kind]


def fork(raw: dict[str, Any]) -> ForkProcess:
    """The program in a process of its own that need not import everything anew."""
    folder = Path(raw["output"]).parent
    arguments = ["trainer", str(write_spec(raw, folder))]
    environment = dict(os.environ)

    def program() -> None:
        os.environ.update(environment)
        sys.argv = arguments
        sys.exit(main())

    process = get_context("fork").Process(target=program)
    process.start()
    return process


def kill_at_first_checkpoint(raw: dict[str, Any]) -> Path:
    """Runs the program and kills it with `kill -9` once a checkpoint is there; the newest one."""
    process, checkpoints = fork(raw), Path(raw["checkpoint_dir"])
    while not any(checkpoints.glob("step-*.safetensors")):
        assert process.is_alive()
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return max(checkpoints.glob("step-*.safetensors"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(value, other[name]), f"{name} differs"


def run_together(raw: dict[str, Any], monkeypatch: pytest.MonkeyPatch, count: int = 2) -> dict[str, torch.Tensor]:
    """`count` processes that share the work, as torchrun starts them; the weights they end with."""
    for name, value in {"WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}.items():
        monkeypatch.setenv(name, value)
    processes = []
    for rank in range(count):
        monkeypatch.setenv("RANK", str(rank))
        processes.append(fork(raw))
    for process in processes:
        process.join(180)
    assert [process.exitcode for process in processes] == [0] * count
    return load_file(Path(raw["output"]) / "weights.safetensors")
