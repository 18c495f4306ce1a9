"""Runs untrusted little jobs in a child that can be killed: little time and memory, no network, no files to write."""

import contextlib
import json
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

SECONDS = 2.0
MEMORY_MIB = 512


class Sandbox:
    """Calls `module:function` with JSON arguments in a child. A job that hangs or kills its child costs only itself."""

    def __init__(self, function: str, seconds: float = SECONDS, memory_mib: int = MEMORY_MIB) -> None:
        self.function, self.seconds, self.memory_mib = function, seconds, memory_mib
        self.child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def __call__(self, *arguments: Any) -> tuple[Any, str | None]:
        """What it returned and None, or None and a code: `verifier_timeout`, `verifier_crashed` or `verifier_error`."""
        child = self.child or self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps(arguments).encode() + b"\n")
            child.stdin.flush()
            ready, _, _ = select.select([child.stdout], [], [], self.seconds)
        except OSError:
            self._end()
            return None, "verifier_crashed"
        if not ready:
            self._end()
            return None, "verifier_timeout"
        line = child.stdout.readline()
        if not line:
            self._end()
            return None, "verifier_crashed"
        answer = json.loads(line)
        return (answer["value"], None) if "value" in answer else (None, "verifier_error")

    def _start(self) -> subprocess.Popen[bytes]:
        limits = [self.function, str(self.memory_mib)]
        self.child = subprocess.Popen(
            [sys.executable, "-m", "trainer.loops.sandboxed", *limits],
            cwd=Path(__file__).parents[2],
            env={"OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        # Its start is not the job's time.
        assert self.child.stdout is not None
        self.child.stdout.readline()
        return self.child

    def _end(self) -> None:
        if self.child is not None:
            self.child.kill()
            for pipe in (self.child.stdin, self.child.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self.child.wait()
            self.child = None
