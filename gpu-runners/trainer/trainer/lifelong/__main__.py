"""`python -m trainer.lifelong --out DIR`: lifetimes of four learners and their experts, as l2logger folders.

Exit 0: done. 1: failed. 2: the data, the model or an option is wrong.
"""

import argparse
import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).parents[2]
MODEL = HERE.parent / "vision/models/emoji-clip-judge"


def main() -> int:
    parser = argparse.ArgumentParser(prog="trainer.lifelong", description="Live lifetimes and log them.")
    parser.add_argument("--out", type=Path, required=True, help="folder for logs/, experts/ and lifetimes.json")
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument("--cifar10", type=Path, help="folder with train- and test-00000-of-00001.parquet")
    data.add_argument("--archives", type=Path, nargs="+", help="WebDataset archives with a class in their .json")
    parser.add_argument("--field", default="group", help="the class of an archive's image in its .json")
    parser.add_argument("--model", type=Path, default=MODEL, help="package whose image tower is used")
    parser.add_argument("--learners", nargs="+", default=["naive", "ewc", "replay", "joint"])
    parser.add_argument("--scenarios", nargs="+", default=["condensed", "dispersed"])
    parser.add_argument("--protocol", choices=["task", "domain", "class"], default="task")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--experiences", type=int, default=60, help="batches learned of each task")
    parser.add_argument("--train-each", type=int, default=250, help="training images a class")
    parser.add_argument("--test-each", type=int, default=50, help="test images a class")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--ewc", type=float, default=1000.0, help="lambda")
    parser.add_argument("--memory", type=int, default=20, help="images a class that replay keeps")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()

    # Spinning threads starve whatever shares the machine. Read when torch is loaded, hence the late imports.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import torch

    from trainer.lifelong.program import run_all
    from trainer.spec import SpecError

    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # pyright: ignore[reportAttributeAccessIssue]

    def tell(**event: object) -> None:
        print(json.dumps(event), flush=True)

    try:
        run_all(arguments, tell)
    except SpecError as error:
        tell(type="error", message=str(error))
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
