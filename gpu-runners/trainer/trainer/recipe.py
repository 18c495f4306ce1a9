"""How a CLIP is trained: `TrainRecipe` of the API (`schemas/src/api/recipe.ts`); a test compares values and bounds."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal


def limited(default: float | int | None, minimum: float, maximum: float = math.inf) -> Any:
    """A dataclass field with bounds that parsing checks."""
    return field(default=default, metadata={"minimum": minimum, "maximum": maximum})


def above(default: float | None, bound: float, maximum: float = math.inf) -> Any:
    """A dataclass field that must be greater than `bound`."""
    return field(default=default, metadata={"above": bound, "maximum": maximum})


@dataclass(frozen=True)
class Captions:
    """Which positive text a sample is shown with."""

    schedule: Literal["fixed", "uniform"] = "fixed"
    pieces: Literal["whole", "sentences", "clauses"] = "whole"


@dataclass(frozen=True)
class Contrastive:
    form: Literal["infonce", "siglip"] = "infonce"
    initial_scale: float | None = above(None, 0, 100)
    initial_bias: float = limited(-10.0, -100, 100)


@dataclass(frozen=True)
class Hni:
    weight: float = limited(0.0, 0)
    form: Literal["two-way", "in-denominator", "one-plus-k"] = "two-way"
    negatives: Literal["one", "both"] = "one"
    tag_probability: float = limited(0.5, 0, 1)
    focal_gamma: float = limited(0.0, 0, 10)
    label_smoothing: float = limited(0.0, 0, 1)


@dataclass(frozen=True)
class Tags:
    weight: float = limited(0.0, 0)
    form: Literal["bce", "idf-softmax"] = "bce"
    vocabulary_size: int = limited(512, 1)


@dataclass(frozen=True)
class Augment:
    shift: float = limited(0.1, 0, 1)
    scale: float = limited(0.15, 0, 1)
    flip: bool = False


@dataclass(frozen=True)
class Ewc:
    weight: float = limited(0.0, 0)
    samples: int = limited(1024, 2, 1_000_000)


@dataclass(frozen=True)
class L2Sp:
    weight: float = limited(0.0, 0)


@dataclass(frozen=True)
class Distillation:
    weight: float = limited(0.0, 0)
    temperature: float = above(2.0, 0)


@dataclass(frozen=True)
class WiseFt:
    alpha: float = limited(1.0, 0, 1)


@dataclass(frozen=True)
class Ema:
    decay: float = limited(0.0, 0, 0.999_999)


@dataclass(frozen=True)
class Continual:
    """How the model training starts from is kept from being forgotten."""

    ewc: Ewc = Ewc()
    l2sp: L2Sp = L2Sp()
    distillation: Distillation = Distillation()
    wise_ft: WiseFt = WiseFt()
    ema: Ema = Ema()


@dataclass(frozen=True)
class Watch:
    """What a training looks at while it runs."""

    holdout_share: float = limited(0.0, 0, 0.5)
    every_steps: int = limited(100, 1)
    patience: int = limited(0, 0, 10_000)
    predictions: int = limited(4, 0, 64)


@dataclass(frozen=True)
class DataPath:
    """How samples reach the training."""

    streaming: bool = False
    shuffle_buffer: int = limited(65_536, 2, 10_000_000)
    resample: bool = False


@dataclass(frozen=True)
class Scale:
    """How the work is spread over devices."""

    chunk_size: int = limited(0, 0, 131_072)
    sharding: Literal["ddp", "fsdp"] = "ddp"
    activation_checkpointing: bool = False
    compile: bool = False


@dataclass(frozen=True)
class Recipe:
    """All extra losses at zero is plain CLIP."""

    steps: int = limited(300, 1, 10_000_000)
    batch_size: int = limited(128, 2, 131_072)
    learning_rate: float = above(1e-3, 0)
    warmup_steps: int = limited(30, 0)
    weight_decay: float = limited(0.2, 0)
    beta2: float = limited(0.98, 0, 0.999_999)
    context: int | None = limited(None, 8, 248)
    positive_probability: float = limited(0.0, 0, 1)
    captions: Captions = Captions()
    contrastive: Contrastive = Contrastive()
    hni: Hni = Hni()
    tags: Tags = Tags()
    augment: Augment = Augment()
    continual: Continual = Continual()
    watch: Watch = Watch()
    checkpoint_every_steps: int = limited(100, 1)
    precision: Literal["fp32", "bf16"] = "fp32"
    data: DataPath = DataPath()
    scale: Scale = Scale()

    def __post_init__(self) -> None:
        if self.contrastive.form == "siglip" and self.hni.form == "in-denominator" and self.hni.weight > 0:
            raise ValueError("hni.form in-denominator needs contrastive.form infonce: a sigmoid has no denominator")
