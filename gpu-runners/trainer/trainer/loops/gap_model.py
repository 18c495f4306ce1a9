"""How much better one text is than another: a language model that reads a draft and what was made of it, and a head.

Shapes: N pairs, D width of the model.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from trainer.loops.hash_weights import OPTIMISER
from trainer.loops.language_model import LanguageModel
from trainer.loops.objectives import gap_loss
from trainer.loops.optimiser import Optimiser
from trainer.loops.policy import Prompt, load_policy
from trainer.loops.queries import Query, read_task
from trainer.loops.spec import LearnSpec, PolicyKind
from trainer.loops.steps import take_steps
from trainer.loops.training import TrainingRow, batch_of, rejected_of
from trainer.loops.wording import write_prompt
from trainer.spec import SpecError

FILE = "head.safetensors"
PAIRS_AT_ONCE = 128

# Query, text, and the text it is compared with.
Comparison = tuple[Query, str, str]


class GapModel(nn.Module):
    """A folder of transformers with `head.safetensors` beside: `weight` [D], and `offset`, the score of equal texts."""

    def __init__(self, reader: LanguageModel, weight_D: Tensor, offset: Tensor) -> None:
        super().__init__()
        self.reader, self.module = reader, reader.module
        self.weight = nn.Parameter(weight_D.to(reader.device))
        self.offset: Tensor = offset.to(reader.device)

    @classmethod
    def load(cls, kind: PolicyKind, folder: Path) -> "GapModel":
        """A policy's folder, which has no head, begins at chance: every score is 0."""
        reader = load_policy(kind, folder)
        if not isinstance(reader, LanguageModel):
            raise SpecError(f"a policy of kind {kind} can't read drafts: a gap model needs causal-lm or image-text")
        if (folder / FILE).is_file():
            head = load_file(folder / FILE)
            return cls(reader, head["weight"], head["offset"])
        return cls(reader, torch.zeros(reader.width), torch.tensor(0.0))

    def forward(self, comparisons: Sequence[Comparison]) -> Tensor:
        """r(text, other), less the offset: above 0 is better."""
        pairs = [(self._prompt(query, other), text) for query, text, other in comparisons]
        return self.reader.last_states(pairs).float() @ self.weight - self.offset

    @torch.no_grad()
    def score(self, comparisons: Sequence[Comparison]) -> list[float]:
        parts = range(0, len(comparisons), PAIRS_AT_ONCE)
        return [score for i in parts for score in self(comparisons[i : i + PAIRS_AT_ONCE]).tolist()]

    @torch.no_grad()
    def calibrate(self, alike: Sequence[Comparison]) -> None:
        """The loss does not see a constant: with this one off, a text is 0 better than itself in the mean."""
        self.offset = self.offset + torch.tensor(self.score(alike)).mean().to(self.offset)

    def save(self, folder: Path) -> None:
        self.reader.save(folder)
        save_file({"weight": self.weight.detach(), "offset": self.offset}, folder / FILE)

    def _prompt(self, query: Query, draft: str) -> Prompt:
        # As the improver is asked, so that a model that has learnt to improve knows what it reads.
        return Prompt(write_prompt(query, "improve", self.reader.style, draft), query.image, query.choices)


def learn_gap(spec: LearnSpec, rows: list[TrainingRow], say: Callable[..., None]) -> dict[str, Any]:
    folder, learning = spec.start or spec.reference, spec.learning
    if folder is None:
        raise SpecError(f"slot {spec.slot} has no weights to begin with")
    model = GapModel.load(spec.policy_kind, folder)
    known = {query.query_id: query for query in read_task(spec.task)} if spec.task else {}
    quads = [_comparisons(row, known) for row in rows]
    optimiser = Optimiser(model, learning)
    if learning.optimiser == "inherited" and spec.optimiser is not None:
        optimiser.load(spec.optimiser)
    groups = [[i] for i in range(len(quads))]

    def loss_of(step: int) -> Tensor:
        batch = batch_of(groups, step, learning.batch_size, spec.seed)
        return gap_loss(*model([pair for i in batch for pair in quads[i]]).view(-1, 4).unbind(1))

    summary = take_steps(optimiser, loss_of, say)
    if learning.steps:
        model.calibrate([pair for quad in quads for pair in quad[1:3]])
        model.save(spec.output)
        optimiser.save(spec.output / OPTIMISER)
        summary["ordered"] = _ordered(model, quads)
    return summary


def _comparisons(row: TrainingRow, known: dict[str, Query]) -> list[Comparison]:
    """In the order of the loss: better with worse, each with itself, worse with better."""
    query = known.get(row.query_id.partition("#")[0])
    if query is None:
        raise SpecError(f"row of {row.query_id} asks what the task has no query for")
    better, worse = row.target, rejected_of(row)
    return [(query, a, b) for a, b in ((better, worse), (better, better), (worse, worse), (worse, better))]


def _ordered(model: GapModel, quads: list[list[Comparison]]) -> float:
    """The share of the rows it learnt from whose four scores are in the order they should be."""
    scores = torch.tensor(model.score([pair for quad in quads for pair in quad])).view(-1, 4)
    equal = scores[:, 1:3]
    is_ordered = (scores[:, 0] > equal.amax(1)) & (equal.amin(1) > scores[:, 3])
    return float(is_ordered.float().mean())
