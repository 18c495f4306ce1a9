"""All lifetimes of a comparison: every learner in every scenario with every seed, and their experts."""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainer.lifelong.learners import LEARNERS, Settings
from trainer.lifelong.lifetime import Plan, live
from trainer.lifelong.log import Record, write_log
from trainer.lifelong.matrix import accuracy_matrix
from trainer.lifelong.tasks import Task, halve, read_archives, read_parquet, split
from trainer.spec import SpecError

Tell = Callable[..., None]
EVALUATION_BATCH = 10


def run_all(options: argparse.Namespace, tell: Tell) -> None:
    """Writes `logs/<learner>-<scenario>-seed<n>`, `experts/<task>-seed<n>` and `lifetimes.json` below `options.out`."""
    if unknown := sorted({*options.learners} - {*LEARNERS}):
        raise SpecError(f"learner {unknown[0]} is not known: give some of {', '.join(LEARNERS)}")
    settings = Settings(options.batch, options.rate, options.ewc, replay_per_class=options.memory)
    source = _read(options)
    started, lifetimes, done = time.monotonic(), [], 0
    plans = [(learner, scenario) for learner in options.learners for scenario in options.scenarios]
    total = options.seeds * (len(plans) + len(source[0].classes) // 2)
    tell(type="start", lifetimes=total)
    for seed in range(options.seeds):
        tasks = split(*source, seed=seed, train_each=options.train_each, test_each=options.test_each)

        def plan(learner: str, scenario: str, expert_of: int | None = None, seed: int = seed) -> Plan:
            sizes = (options.experiences, EVALUATION_BATCH)
            return Plan(learner, scenario, options.protocol, seed, *sizes, settings, expert_of)  # pyright: ignore[reportArgumentType]

        for number, task in enumerate(tasks):
            folder = options.out / "experts" / f"{number}-{task.name}-seed{seed}"
            _live(plan("naive", "ste", number), tasks, options.model, folder)
            done += 1
            tell(type="progress", done=done, total=total, what=f"expert {task.name}, seed {seed}")
        for learner, scenario in plans:
            name = f"{learner}-{scenario}-seed{seed}"
            lifetime = _live(plan(learner, scenario), tasks, options.model, options.out / "logs" / name)
            lifetimes.append({"name": name, "learner": learner, "scenario": scenario, "seed": seed, **lifetime})
            done += 1
            tell(type="progress", done=done, total=total, what=f"{learner}, {scenario}, seed {seed}")
    document = {
        "protocol": options.protocol,
        "settings": asdict(settings) | {"experiences": options.experiences, "model": options.model.name},
        "lifetimes": lifetimes,
    }
    (options.out / "lifetimes.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    tell(type="done", seconds=round(time.monotonic() - started, 1))


def _live(plan: Plan, tasks: list[Task], model: Path, folder: Path) -> dict[str, Any]:
    records: list[Record] = []
    blocks = live(plan, tasks, model, records.append)
    scenario = {"complexity": "1-low", "difficulty": "2-medium", "scenario_type": plan.scenario}
    write_log(folder, records, scenario | {"learner": plan.learner, "protocol": plan.protocol, "seed": plan.seed})
    known = [task.name for task in tasks if any(record.task_name == task.name for record in records)]
    return accuracy_matrix(records, known, [tasks[block.task].name for block in blocks])


def _read(options: argparse.Namespace) -> tuple[Any, Any]:
    if options.cifar10:
        names = ("train-00000-of-00001.parquet", "test-00000-of-00001.parquet")
        train, test = (read_parquet(options.cifar10 / name) for name in names)
        return train, test
    return halve(read_archives(options.archives, options.field), seed=0)
