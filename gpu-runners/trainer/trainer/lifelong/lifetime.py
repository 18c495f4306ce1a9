"""One lifetime: blocks of learning, an evaluation of all tasks before, between and after. Shape suffix: N images."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch

from trainer.lifelong.learners import Images, Learner, LearnerName, Settings, make_learner
from trainer.lifelong.log import Record
from trainer.lifelong.network import Classifier, Protocol, classification_loss
from trainer.lifelong.scenario import LearningBlock, ScenarioName, learning_blocks
from trainer.lifelong.tasks import Task


@dataclass(frozen=True)
class Plan:
    """What a lifetime is made of besides its data. An experience is a batch."""

    learner: LearnerName
    scenario: ScenarioName
    protocol: Protocol
    seed: int
    experiences: int
    evaluation_batch: int
    settings: Settings
    expert_of: int | None = None
    """The one task that a single-task expert learns and is evaluated on."""


def live(plan: Plan, tasks: list[Task], package: Path, tell: Callable[[Record], None]) -> list[LearningBlock]:
    """Runs the lifetime and tells of every experience as it happens; returns its learning blocks."""
    torch.manual_seed(plan.seed)
    network = Classifier(package, len(tasks), plan.protocol)
    generator = torch.Generator().manual_seed(plan.seed)
    learner = make_learner(plan.learner, network, tasks, settings=plan.settings, generator=generator)
    orders = [_batches(task, plan, number) for number, task in enumerate(tasks)]
    numbers = iter(range(10**9))

    def say(block: int, kind: str, task: int, result: tuple[float, float]) -> None:
        tell(Record(block, next(numbers), kind, tasks[task].name, *result, datetime.now(UTC)))  # pyright: ignore[reportArgumentType]

    if plan.expert_of is None:
        blocks = learning_blocks(plan.scenario, len(tasks), plan.experiences, plan.seed)
    else:
        blocks = [LearningBlock(plan.expert_of, plan.experiences)]
    block_number = 0
    _evaluate(learner, plan, lambda *result: say(0, "test", *result))
    for task, experiences in blocks:
        learner.begin(task)
        for _ in range(experiences):
            index_B = next(orders[task])
            data = tasks[task].train
            batch = Images(data.images_NCHW[index_B], data.class_N[index_B], torch.full((len(index_B),), task))
            say(block_number + 1, "train", task, learner.learn(batch))
        learner.end(task)
        block_number += 2
        _evaluate(learner, plan, lambda *result, at=block_number: say(at, "test", *result))
    return blocks


@torch.no_grad()
def _evaluate(learner: Learner, plan: Plan, tell: Callable[[int, tuple[float, float]], None]) -> None:
    learner.network.eval()
    for number, task in enumerate(learner.tasks):
        if plan.expert_of not in (None, number):
            continue
        images, classes = task.test.images_NCHW, task.test.class_N
        logits_NK = learner.network(images, torch.full((len(images),), number))
        # A fixed order that mixes the classes, so that every batch is a fair sample.
        order_N = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
        targets_N = learner.network.targets(classes)
        for index_B in order_N.split(plan.evaluation_batch):
            logits_BK, target_B = logits_NK[index_B], targets_N[index_B]
            right = (logits_BK.argmax(-1) == target_B).float().mean().item()
            tell(number, (right, classification_loss(logits_BK, target_B).item()))
    learner.network.train()


def _batches(task: Task, plan: Plan, number: int) -> Iterator[torch.Tensor]:
    """Endless seeded shuffles: the same batches for every learner of a seed, and going on over blocks."""
    count, size = len(task.train.class_N), plan.settings.batch_size
    generator = torch.Generator().manual_seed(1000 * plan.seed + number)
    while True:
        yield from (part for part in torch.randperm(count, generator=generator).split(size) if len(part) == size)
