"""`recipe.continual` of the API: everything at its default trains as if nothing had been learned before."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ewc:
    """`weight` is lambda of the paper; `samples` of the earlier data estimate the Fisher information."""

    weight: float = field(default=0.0, metadata={"minimum": 0})
    samples: int = field(default=1024, metadata={"minimum": 2, "maximum": 1_000_000})


@dataclass(frozen=True)
class L2Sp:
    weight: float = field(default=0.0, metadata={"minimum": 0})


@dataclass(frozen=True)
class Distillation:
    weight: float = field(default=0.0, metadata={"minimum": 0})
    temperature: float = field(default=2.0, metadata={"above": 0})


@dataclass(frozen=True)
class WiseFt:
    """1 exports what was trained, 0 the model training started from."""

    alpha: float = field(default=1.0, metadata={"minimum": 0, "maximum": 1})


@dataclass(frozen=True)
class EmaRecipe:
    """0 is off; otherwise the average is what is exported."""

    decay: float = field(default=0.0, metadata={"minimum": 0, "maximum": 0.999_999})


@dataclass(frozen=True)
class ContinualRecipe:
    ewc: Ewc = Ewc()
    l2sp: L2Sp = L2Sp()
    distillation: Distillation = Distillation()
    wise_ft: WiseFt = WiseFt()
    ema: EmaRecipe = EmaRecipe()

    @property
    def needs_start(self) -> bool:
        """Whether the weights training starts from are looked at again."""
        return bool(self.ewc.weight or self.l2sp.weight or self.distillation.weight or self.wise_ft.alpha < 1)
