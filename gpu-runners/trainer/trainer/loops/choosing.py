"""Draws columns of rows of log-probabilities. Shapes: N draws, C columns."""

from collections.abc import Sequence

import torch
from torch import Tensor

from trainer.loops.draws import uniforms
from trainer.loops.policy import Ask


def draw_columns(log_probs_NC: Tensor, allowed_NC: Tensor, asks: Sequence[Ask]) -> tuple[list[int], list[float]]:
    """Of each row a column among those allowed, at the ask's temperature, and its log-probability at temperature 1."""
    choosing_NC = log_probs_NC.masked_fill(~allowed_NC, -torch.inf)
    temperature_N1 = torch.tensor([[ask.temperature] for ask in asks], dtype=torch.float64)
    is_greedy_N1 = temperature_N1 == 0
    heap_NC = torch.softmax(choosing_NC / temperature_N1.masked_fill(is_greedy_N1, 1), -1).cumsum(-1)
    uniform_N1 = torch.tensor([[uniforms(ask.seed, 1)[0]] for ask in asks], dtype=torch.float64)
    drawn_N1 = torch.searchsorted(heap_NC, uniform_N1, right=True)
    # Not beyond the last column with any mass, where rounding leaves the heap short of 1.
    last_N1 = (torch.arange(log_probs_NC.shape[1]) * choosing_NC.isfinite()).amax(-1, keepdim=True)
    column_N1 = torch.where(is_greedy_N1, choosing_NC.argmax(-1, keepdim=True), drawn_N1.minimum(last_N1))
    return column_N1[:, 0].tolist(), log_probs_NC.gather(1, column_N1)[:, 0].tolist()


def allowed_among(texts: Sequence[str], ask: Ask) -> list[bool]:
    """Texts that begin as asked; all of them where none does."""
    fits = [ask.starts is None or text.startswith(ask.starts) for text in texts]
    return [any(fits) == fit for fit in fits]
