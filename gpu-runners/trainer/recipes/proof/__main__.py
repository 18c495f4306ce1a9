"""`python -m recipes.proof run|table|arms [cifar|emoji]`: trains and scores what is missing, or prints what there is.

`arms` prints the recipes as JSON. The emoji arms are run on the stack by `apps/demo/src/proof.ts`, which leaves its
results here.

Every arm and seed leaves one JSON file under `.cache/proof`, so a run may stop anywhere and goes on where it was;
`run --minutes` stops by itself after the training in hand. Trainings are those of `python -m trainer`, in this process.
"""

import argparse
import json
import shutil
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[4]
CACHE = ROOT / ".cache" / "proof"
CIFAR = ROOT.parent / "shared" / "data" / "cifar10"


def main() -> None:
    parser = argparse.ArgumentParser(prog="recipes.proof", description=__doc__)
    parser.add_argument("verb", choices=["run", "table", "arms"])
    parser.add_argument("corpus", choices=["cifar", "emoji"], default="cifar", nargs="?")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--forms", action="store_true", help="other forms of the losses as well")
    parser.add_argument("--cifar", type=Path, default=CIFAR, help="folder with CIFAR-10's two Parquet files")
    arguments = parser.parse_args()
    from recipes.proof.arms import ARMS, FORMS, recipe_of

    arms = list(ARMS | FORMS) if arguments.forms else list(ARMS)
    if arguments.verb == "arms":
        print(json.dumps({arm: recipe_of(arm, arguments.corpus) for arm in arms}))
        return
    if arguments.verb == "run":
        if arguments.corpus != "cifar":
            raise SystemExit("the emoji arms run on the stack: `npm run bench:proof` does both")
        run(arguments, arms)
    show(arguments.corpus, arms)


def run(arguments: argparse.Namespace, arms: list[str]) -> None:
    import torch

    torch.set_num_threads(1)
    folder, deadline = CACHE / arguments.corpus, time.monotonic() + 60 * arguments.minutes
    prepare(folder, arguments.cifar)
    # Seed by seed, so that whatever is done is a whole comparison.
    todo = [(arm, seed) for seed in range(arguments.seeds) for arm in arms]
    for number, (arm, seed) in enumerate(todo, 1):
        if read_result(folder, arm, seed) is not None:
            continue
        if time.monotonic() > deadline:
            print(f"stopped after {arguments.minutes:g} minutes: give the same command to go on", flush=True)
            return
        scores = train_and_score(folder, (arm, seed), arguments.cifar)
        print(f"[{number}/{len(todo)}] {arm}, seed {seed}: {json.dumps(scores)}", flush=True)


def prepare(folder: Path, source: Path) -> None:
    from recipes.proof.cifar import build_corpus
    from recipes.proof.model import write_init

    if not (source / "train-00000-of-00001.parquet").is_file():
        raise SystemExit(f"{source} has no CIFAR-10: give its folder with --cifar")
    if not (folder / "data" / "facts.json").is_file():
        print(f"corpus: {json.dumps(build_corpus(source, folder / 'data'))}", flush=True)
    write_init(folder / "init")


def train_and_score(folder: Path, job: tuple[str, int], source: Path) -> dict[str, float]:
    import torch

    from recipes.proof.arms import recipe_of
    from recipes.proof.cifar_scores import score_cifar
    from trainer.distributed import Place
    from trainer.events import Events
    from trainer.spec import Spec, parse
    from trainer.train import train

    (arm, seed), work = job, folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    (work / "checkpoints").mkdir(parents=True)
    (work / "output").mkdir()
    data = folder / "data"
    raw: dict[str, Any] = {
        "format": "whetstone-train/1", "name": arm, "seed": seed, "recipe": recipe_of(arm, folder.name),
        "from_scratch": True, "init": str(folder / "init"), "output": str(work / "output"),
        "checkpoint_dir": str(work / "checkpoints"), "threads": 1,
        "data": [{kind: str(data / name) for kind, name in FILES.items()}],
    }  # fmt: skip
    started = time.monotonic()
    train(parse(Spec, raw), Place(0, 1, torch.device("cpu")), Events([]))
    seconds = round(time.monotonic() - started, 1)
    scores = {name: round(value, 2) for name, value in score_cifar(work / "output", source).items()}
    result = {"recipe": raw["recipe"], "seconds": seconds, "scores": scores}
    path = result_path(folder, arm, seed)
    path.parent.mkdir(exist_ok=True)
    path.with_suffix(".partial").write_text(json.dumps(result))
    path.with_suffix(".partial").replace(path)
    return scores


FILES = {"shard": "shard.tar", "base": "base.parquet", "refined": "refined.parquet"}


def result_path(folder: Path, arm: str, seed: int) -> Path:
    return folder / "results" / f"{arm.replace(' ', '-')}-{seed}.json"


def read_result(folder: Path, arm: str, seed: int) -> dict[str, float] | None:
    """What was measured for this arm and seed, if it was by the recipe of today."""
    from recipes.proof.arms import recipe_of

    path = result_path(folder, arm, seed)
    result = json.loads(path.read_text()) if path.is_file() else None
    return result["scores"] if result and result["recipe"] == recipe_of(arm, folder.name) else None


def show(corpus: str, arms: list[str]) -> None:
    from recipes.proof.table import table

    folder = CACHE / corpus
    found = {arm: {seed: scores for seed in range(10) if (scores := read_result(folder, arm, seed))} for arm in arms}
    found = {arm: seeds for arm, seeds in found.items() if seeds}
    if not found:
        raise SystemExit("nothing is measured yet: give `run`")
    print(f"corpus: {(folder / 'data' / 'facts.json').read_text()}")
    print(table(found, list(next(iter(next(iter(found.values())).values())))))


if __name__ == "__main__":
    main()
