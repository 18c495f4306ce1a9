"""What a policy is to the steps: something to draw texts from, and whose texts' log-probabilities can be learned."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from safetensors import SafetensorError
from torch import Tensor, nn

from trainer.loops.picture import Picture
from trainer.loops.spec import LoopError, PolicyKind
from trainer.loops.style import Style
from trainer.spec import SpecError


@dataclass(frozen=True)
class Prompt:
    """What is put to the policy: words, and where there are an image and texts to choose among, these."""

    text: str
    image: Picture | None = None
    choices: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Ask:
    """One draw. Temperature 0 is greedy. Texts end at `max_tokens` at the latest."""

    prompt: Prompt
    temperature: float
    seed: int
    max_tokens: int
    # The text begins with one of these, by the policy's own chances among them.
    starts: tuple[str, ...] | None = None
    # It ends where this has been said.
    stop: str | None = None


@dataclass(frozen=True)
class Drawn:
    text: str
    tokens: int
    # At temperature 1, whatever temperature it was drawn at.
    log_prob: float


class Policy(Protocol):
    """Texts beyond a policy's reach have log-probability -inf."""

    @property
    def module(self) -> nn.Module: ...

    style: Style

    def draw(self, asks: Sequence[Ask]) -> list[Drawn]: ...

    def token_log_probs(self, pairs: Sequence[tuple[Prompt, str]]) -> tuple[Tensor, Tensor]:
        """Log-probabilities of each text's tokens given its prompt, [pairs, longest], and the mask of real ones."""
        ...

    def save(self, folder: Path) -> None: ...


def load_policy(kind: PolicyKind, folder: Path) -> Policy:
    try:
        return _load(kind, folder)
    except SpecError:
        raise
    except (OSError, ValueError, SafetensorError) as error:
        # What transformers makes of a folder that is something else.
        raise LoopError("policy_invalid", f"the weights can't be read as a policy of kind {kind}: {error}") from error


def _load(kind: PolicyKind, folder: Path) -> Policy:
    # Late imports: transformers and open_clip take seconds, and a table needs neither.
    if kind == "tabular":
        from trainer.loops.tabular import TabularPolicy

        return TabularPolicy.load(folder)
    if kind == "label":
        from trainer.loops.label import LabelPolicy

        return LabelPolicy.load(folder)
    if kind == "image-text":
        from trainer.loops.image_text import ImageTextModel

        return ImageTextModel.load(folder)
    from trainer.loops.language_model import LanguageModel

    return LanguageModel.load(folder)
