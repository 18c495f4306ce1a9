"""What a `sample` or a `learn` step is asked to do; `schemas/src/tasks/loop-steps.ts` says it in TypeScript."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from trainer.recipe import above, limited
from trainer.spec import SpecError

PolicyKind = Literal["tabular", "label", "causal-lm", "image-text"]


class LoopError(Exception):
    """A step that failed for a reason with a code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Draw:
    split: str
    count: int = field(metadata={"minimum": 0, "maximum": 1024})
    queries: int | None = limited(None, 1)
    offset: int = limited(0, 0)
    temperatures: tuple[float, ...] = (1.0,)
    greedy: bool = False
    max_tokens: int = limited(64, 1, 8192)
    form: str = "answer"
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(not 0 <= temperature <= 10 for temperature in self.temperatures):
            raise SpecError("draw.temperatures must be from 0 to 10")


@dataclass(frozen=True)
class Reward:
    kind: Literal["none", "verdict", "log-probability", "majority", "clip-margin", "gap", "grade", "toy"]
    normalised: bool = False
    slot: str | None = None
    distractors: int = limited(16, 1, 256)
    world: Literal["noisy", "deceptive", "constant"] = "noisy"
    size: float = 0.0


@dataclass(frozen=True)
class Score:
    reward: Reward
    adds_verdict: bool = False


@dataclass(frozen=True)
class Weights:
    """A policy's folder and how to read it."""

    is_snake: ClassVar = True

    kind: PolicyKind
    folder: Path


@dataclass(frozen=True)
class RewardWeights:
    is_snake: ClassVar = True

    folder: Path


@dataclass(frozen=True)
class Task:
    """`questions`: one Parquet file. `refinement`: shard tars, each followed by its base layer."""

    is_snake: ClassVar = True

    kind: Literal["questions", "refinement"]
    files: tuple[Path, ...]
    verifier: Literal["exact", "program"] = "exact"
    threshold: float = limited(0.6, 0, 1)


@dataclass(frozen=True)
class SampleSpec:
    is_snake: ClassVar = True

    policy: Weights
    task: Task
    draw: Draw
    score: Score
    seed: int
    output: Path
    base: Weights | None = None
    reward: RewardWeights | None = None
    rows: tuple[Path, ...] | None = None
    shard: int = limited(0, 0)
    shards: int = limited(1, 1)


@dataclass(frozen=True)
class FetchSpec:
    """A checkpoint of the hub that is wanted in a folder of this machine."""

    is_snake: ClassVar = True

    hub_id: str
    revision: str


@dataclass(frozen=True)
class Lora:
    rank: int = field(metadata={"minimum": 1})
    alpha: float = field(metadata={"above": 0})
    dropout: float = field(metadata={"minimum": 0, "maximum": 1})


@dataclass(frozen=True)
class Learning:
    objective: Literal["sft", "dpo", "grpo", "sharpening-pairs", "gap", "contrastive"]
    steps: int = field(metadata={"minimum": 0})
    batch_size: int = field(metadata={"minimum": 1})
    learning_rate: float = field(metadata={"above": 0})
    # Whoever makes the spec has put the right weights in `start`; it is here because it travels with the rest.
    from_: str = "current"
    optimiser: Literal["fresh", "inherited"] = "fresh"
    schedule_steps: int | None = limited(None, 1)
    min_learning_rate: float = limited(0.0, 0)
    schedule: Literal["constant", "cosine", "linear"] = "constant"
    warmup_steps: int = limited(0, 0)
    weight_decay: float = limited(0.0, 0)
    clip_norm: float | None = above(1.0, 0)
    lora: Lora | None = None
    beta: float = limited(0.1, 0)
    epsilon: float = limited(0.2, 0, 1)
    deviation: Literal["population", "sample"] = "population"
    optimism: float = limited(0.0, 0)


@dataclass(frozen=True)
class LearnSpec:
    is_snake: ClassVar = True

    policy_kind: PolicyKind
    slot: str
    training: Path
    learning: Learning
    seed: int
    output: Path
    start: Path | None = None
    reference: Path | None = None
    optimiser: Path | None = None
    task: Task | None = None
