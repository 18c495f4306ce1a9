"""`python -m trainer spec.json`: trains what the spec says.

Exit 0: done. 1: failed, another try may do better. 2: hopeless, the spec or the data is wrong.
"""

import argparse
import os
import sys
import threading
import traceback
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainer.events import Events
    from trainer.spec import Spec


def main() -> int:
    parser = argparse.ArgumentParser(prog="trainer", description="Train a CLIP as a spec file says.")
    parser.add_argument("spec", type=Path, help="spec.json, format whetstone-train/1")
    parser.add_argument("--attached", action="store_true", help="end at once when stdin closes: the parent is gone")
    arguments = parser.parse_args()
    if arguments.attached:
        threading.Thread(target=_end_with_parent, daemon=True).start()

    # Spinning threads starve whatever shares the machine. Read when torch is loaded, hence the late import.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from trainer.events import Events
    from trainer.recover import explain_out_of_memory, resume_from_newest
    from trainer.spec import SpecError, read_spec

    spec = None
    is_restart = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) > 0
    is_first = os.environ.get("RANK", "0") == "0"
    events = Events([sys.stdout] if is_first else [])
    with ExitStack() as stack:
        try:
            spec = read_spec(arguments.spec)
            for folder in (spec.output, spec.checkpoint_dir):
                folder.mkdir(parents=True, exist_ok=True)
            if is_first:
                events.streams.append(stack.enter_context((spec.output / "events.jsonl").open("a", encoding="utf-8")))
            if is_restart:
                spec = resume_from_newest(spec)
            _run(spec, events)
        except SpecError as error:
            events("error", code="invalid_spec", message=str(error))
            print(f"error: {error}", file=sys.stderr)
            return 2
        except Exception as error:
            if out_of_memory := explain_out_of_memory(error, spec):
                events("error", code="out_of_memory", message=out_of_memory)
                print(f"error: {out_of_memory}", file=sys.stderr)
                return 1
            events("error", code="training_failed", message=f"{type(error).__name__}: {error}")
            traceback.print_exc()
            return 1
    return 0


def _run(spec: "Spec", events: "Events") -> None:
    import torch

    from trainer.distributed import leave, take_place
    from trainer.train import train

    torch.set_num_threads(spec.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # pyright: ignore[reportAttributeAccessIssue]
    try:
        train(spec, take_place(), events)
    finally:
        leave()


def _end_with_parent() -> None:
    # Not sys.stdin: its lock, held while reading, would abort an interpreter that ends in the ordinary way.
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
