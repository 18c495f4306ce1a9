"""Four ways to learn one task after another, each with the same network, optimiser and number of steps.

Shape suffixes: B batch, C channels, H and W pixels.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from trainer.continual.fisher import Score, diagonal_fisher, sampled_cross_entropy
from trainer.continual.pull import pull
from trainer.lifelong.network import Classifier, classification_loss
from trainer.lifelong.tasks import Labelled, Task

LearnerName = Literal["naive", "ewc", "replay", "joint"]
LEARNERS: tuple[LearnerName, ...] = ("naive", "ewc", "replay", "joint")


@dataclass(frozen=True)
class Settings:
    batch_size: int = 16
    learning_rate: float = 3e-4
    ewc_weight: float = 1000.0
    fisher_samples: int = 200
    replay_per_class: int = 20


class Images(NamedTuple):
    """Pixels, the class of each in the data set, and the task it belongs to."""

    images_BCHW: Tensor
    class_B: Tensor
    task_B: Tensor

    def joined(self, others: "list[Images]") -> "Images":
        return Images(*(torch.cat(parts) for parts in zip(self, *others, strict=True)))


class Anchor(NamedTuple):
    """Where the weights stood, and how much each of them matters."""

    start: dict[str, Tensor]
    fisher: dict[str, Tensor]


def join(anchors: "list[Anchor]") -> Anchor | None:
    """One pull in place of many: sum F_k (w - a_k) is F (w - a) with F the sum of the F_k and a their weighted mean."""
    if not anchors:
        return None
    fisher = {name: torch.stack([each.fisher[name] for each in anchors]).sum(0) for name in anchors[0].fisher}
    moments = {name: torch.stack([each.fisher[name] * each.start[name] for each in anchors]).sum(0) for name in fisher}
    # Where nothing matters any place is as good as another: the pull there is zero.
    return Anchor({name: moments[name] / fisher[name].clamp(min=1e-30) for name in fisher}, fisher)


@dataclass
class Learner:
    """Naive fine-tuning, and what the other three share with it: each adds to the batch or to the gradient."""

    network: Classifier
    tasks: list[Task]
    settings: Settings
    generator: torch.Generator
    optimizer: torch.optim.Optimizer = field(init=False)

    def begin(self, task: int) -> None:
        """Before a learning block: the optimiser starts afresh, as its averages are of another task."""
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=self.settings.learning_rate, fused=True)

    def learn(self, batch: Images) -> tuple[float, float]:
        """One step; returns accuracy and loss on the batch as it was before the step."""
        own = len(batch.class_B)
        whole = batch.joined(self.remembered(batch))
        logits_BK = self.network(whole.images_BCHW, whole.task_B)
        target_B = self.network.targets(whole.class_B)
        loss = classification_loss(logits_BK, target_B)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.pull()
        self.optimizer.step()
        right_B = logits_BK[:own].argmax(-1) == target_B[:own]
        own_loss = classification_loss(logits_BK[:own].detach(), target_B[:own])
        return right_B.float().mean().item(), own_loss.item()

    def remembered(self, batch: Images) -> list[Images]:
        """What else the step sees."""
        return []

    def pull(self) -> None:
        """What else moves the weights."""

    def end(self, task: int) -> None:
        """After a learning block."""

    def draw(self, task: int, data: Labelled, count: int) -> Images:
        index_B = torch.randint(len(data.class_N), (count,), generator=self.generator)
        return Images(data.images_NCHW[index_B], data.class_N[index_B], torch.full((count,), task))


@dataclass
class Ewc(Learner):
    """A quadratic pull for every task learned before, to where the weights stood after it (Kirkpatrick et al. 2017)."""

    anchors: dict[int, Anchor] = field(default_factory=dict)
    joint: Anchor | None = None

    def begin(self, task: int) -> None:
        super().begin(task)
        self.joint = join([anchor for known, anchor in self.anchors.items() if known != task])

    def pull(self) -> None:
        if self.joint:
            weight, importance = self.settings.ewc_weight, self.joint.fisher
            pull(self.network.named_parameters(), self.joint.start, weight=weight, importance=importance)

    def end(self, task: int) -> None:
        data = self.tasks[task].train
        count, size = min(self.settings.fisher_samples, len(data.class_N)), self.settings.batch_size
        order_N = torch.randperm(len(data.class_N), generator=self.generator)[:count]

        def score(index_B: Tensor) -> Score:
            logits_BK = self.network(data.images_NCHW[index_B], torch.full((len(index_B),), task))
            return sampled_cross_entropy(logits_BK, self.generator)

        parameters = dict(self.network.named_parameters())
        fisher = diagonal_fisher(parameters, order_N.split(size), score)
        self.anchors[task] = Anchor({name: p.detach().clone() for name, p in parameters.items()}, fisher)


@dataclass
class Replay(Learner):
    """Keeps a few images of each class and learns as many of them again with every batch (Chaudhry et al. 2019)."""

    memory: dict[int, Labelled] = field(default_factory=dict)

    def remembered(self, batch: Images) -> list[Images]:
        current = int(batch.task_B[0])
        others = [task for task in self.memory if task != current]
        if not others:
            return []
        size = len(batch.class_B)
        picked = torch.randint(len(others), (size,), generator=self.generator).bincount(minlength=len(others)).tolist()
        return [self.draw(task, self.memory[task], count) for task, count in zip(others, picked, strict=True) if count]

    def end(self, task: int) -> None:
        data, each = self.tasks[task].train, self.settings.replay_per_class
        rows = []
        for label in data.class_N.unique():
            mine_N = (data.class_N == label).nonzero().squeeze(1)
            rows.append(mine_N[torch.randperm(len(mine_N), generator=self.generator)[:each]])
        kept_N = torch.cat(rows)
        self.memory[task] = Labelled(data.images_NCHW[kept_N], data.class_N[kept_N], data.classes)


@dataclass
class Joint(Learner):
    """Learns a batch of every task seen so far with each of the current one, as a memory without limit would."""

    seen: set[int] = field(default_factory=set)

    def begin(self, task: int) -> None:
        super().begin(task)
        self.seen.add(task)

    def remembered(self, batch: Images) -> list[Images]:
        others = sorted(self.seen - {int(batch.task_B[0])})
        return [self.draw(task, self.tasks[task].train, len(batch.class_B)) for task in others]


KINDS: dict[LearnerName, type[Learner]] = {"naive": Learner, "ewc": Ewc, "replay": Replay, "joint": Joint}


def make_learner(
    name: LearnerName, network: nn.Module, tasks: list[Task], *, settings: Settings, generator: torch.Generator
) -> Learner:
    return KINDS[name](network, tasks, settings, generator)  # pyright: ignore[reportArgumentType]
