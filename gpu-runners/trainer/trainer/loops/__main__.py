"""`python -m trainer.loops --attached`: does steps as they come, one JSON line each, and stays warm between them.

In: `{"id", "kind": "sample" | "learn" | "fetch", "spec"}`. Out: `progress`, then `done` with a `result` or
`error` with a `code`.
"""

import argparse
import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any


def main() -> int:
    parser = argparse.ArgumentParser(prog="trainer.loops", description="Do the steps that come as lines on stdin.")
    parser.add_argument("--attached", action="store_true", help="end at once when stdin closes: the parent is gone")
    arguments = parser.parse_args()
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines, arguments.attached), daemon=True).start()

    # Spinning threads starve whatever shares the machine. Read when torch is loaded, hence the late import.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import torch

    from trainer.events import Events

    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # pyright: ignore[reportAttributeAccessIssue]
    # Libraries that print would garble the events.
    events = Events([os.fdopen(os.dup(1), "w", encoding="utf-8")])
    os.dup2(2, 1)
    while (line := lines.get()) is not None:
        if line.strip():
            _answer(line, events)
    return 0


def _answer(line: str, events: Callable[..., None]) -> None:
    from trainer.loops.spec import LoopError
    from trainer.spec import SpecError

    say = events
    try:
        request = json.loads(line)
        say = partial(events, id=request.get("id"))
        say("done", result=_do(request, say))
    except (SpecError, json.JSONDecodeError) as error:
        say("error", code="invalid_spec", message=str(error))
    except LoopError as error:
        say("error", code=error.code, message=str(error))
    except Exception as error:
        is_memory = type(error).__name__ == "OutOfMemoryError" or isinstance(error, MemoryError)
        traceback.print_exc()
        code = "out_of_memory" if is_memory else "loop_step_failed"
        say("error", code=code, message=f"{type(error).__name__}: {error}")


def _do(request: dict[str, Any], say: Callable[..., None]) -> dict[str, Any]:
    from trainer.loops.learn import learn
    from trainer.loops.sample import sample
    from trainer.loops.spec import FetchSpec, LearnSpec, SampleSpec
    from trainer.spec import SpecError, parse

    if request.get("kind") == "sample":
        return sample(parse(SampleSpec, request.get("spec")), say)
    if request.get("kind") == "learn":
        return learn(parse(LearnSpec, request.get("spec")), say)
    if request.get("kind") == "fetch":
        from trainer.pretrained.hub import fetch_checkpoint

        spec = parse(FetchSpec, request.get("spec"))
        return {"folder": str(fetch_checkpoint(spec.hub_id, spec.revision))}
    raise SpecError(f"kind must be sample, learn or fetch, not {request.get('kind')!r}")


def _listen(lines: queue.SimpleQueue[str | None], is_attached: bool) -> None:
    # Not sys.stdin: its lock, held while reading, would abort an interpreter that ends in the ordinary way.
    with os.fdopen(os.dup(0), "r", encoding="utf-8") as stdin:
        for line in stdin:
            lines.put(line)
    if is_attached:
        os._exit(0)
    lines.put(None)


if __name__ == "__main__":
    sys.exit(main())
