"""A policy that is a table: one row of logits a prompt, one column a text. All about it can be computed exactly."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from trainer.loops.choosing import allowed_among, draw_columns
from trainer.loops.policy import Ask, Drawn, Prompt
from trainer.loops.style import Style
from trainer.spec import SpecError

FILE = "table.safetensors"


class TabularPolicy:
    """`table.safetensors`: `logits` [prompts, texts] and, in its metadata, `rows`: JSON of [prompt, [text, ...]] pairs.

    Queries of any split that ask the same share a row. Rows with fewer texts are filled up; -inf is what is never said.
    """

    style: Style = "question"

    def __init__(self, logits_PC: Tensor, rows: list[tuple[str, list[str]]]) -> None:
        self.module = nn.Module()
        self.module.register_parameter("logits", nn.Parameter(logits_PC))
        self.rows = rows
        self.row_of = {prompt: row for row, (prompt, _) in enumerate(rows)}
        width_P1 = torch.tensor([[len(texts)] for _, texts in rows])
        self.is_outside_PC = torch.arange(logits_PC.shape[1]) >= width_P1

    @classmethod
    def load(cls, folder: Path) -> "TabularPolicy":
        try:
            with safe_open(folder / FILE, "pt") as file:
                logits_PC = file.get_tensor("logits")
                rows = [(str(prompt), [str(text) for text in texts]) for prompt, texts in _rows(file.metadata())]
        except (OSError, SafetensorError, TypeError, ValueError) as error:
            raise SpecError(f"{FILE} needs a tensor `logits` and metadata `rows`: {error}") from error
        if logits_PC.ndim != 2 or logits_PC.shape[0] != len(rows) or logits_PC.isnan().any():
            raise SpecError(f"{FILE}: `logits` must be numbers, one row for each of its {len(rows)} prompts")
        if any(not 0 < len(texts) <= logits_PC.shape[1] for _, texts in rows):
            raise SpecError(f"{FILE}: each prompt needs from 1 to {logits_PC.shape[1]} texts")
        return cls(logits_PC.double(), rows)

    @property
    def logits_PC(self) -> Tensor:
        return self.module.get_parameter("logits")

    def draw(self, asks: Sequence[Ask]) -> list[Drawn]:
        rows = [self._row(ask.prompt) for ask in asks]
        with torch.no_grad():
            log_probs_NC = self._log_probs(rows)
        allowed_NC = torch.stack([self._allowed(row, ask) for row, ask in zip(rows, asks, strict=True)])
        columns, log_probs = draw_columns(log_probs_NC, allowed_NC, asks)
        return [Drawn(self.rows[rows[i]][1][columns[i]], 1, log_probs[i]) for i in range(len(asks))]

    def token_log_probs(self, pairs: Sequence[tuple[Prompt, str]]) -> tuple[Tensor, Tensor]:
        rows = [self._row(prompt) for prompt, _ in pairs]
        columns = [self._column(row, text) for row, (_, text) in zip(rows, pairs, strict=True)]
        picked_N1 = self._log_probs(rows).gather(1, torch.tensor([[max(column, 0)] for column in columns]))
        is_unknown_N1 = torch.tensor([[column < 0] for column in columns])
        return picked_N1.masked_fill(is_unknown_N1, -torch.inf), torch.ones(len(columns), 1, dtype=torch.bool)

    def fit(self, pairs: Sequence[tuple[Prompt, str]], weights: Sequence[float]) -> None:
        """Maximum likelihood in closed form: rows that were seen become the (weighted) frequencies of their texts."""
        mass_PC = torch.zeros_like(self.logits_PC)
        for (prompt, text), weight in zip(pairs, weights, strict=True):
            row = self._row(prompt)
            column = self._column(row, text)
            if column >= 0:
                mass_PC[row, column] += weight
        seen_P = mass_PC.sum(-1) > 0
        with torch.no_grad():
            self.logits_PC[seen_P] = (mass_PC[seen_P] / mass_PC[seen_P].sum(-1, keepdim=True)).log()

    def save(self, folder: Path) -> None:
        save_file({"logits": self.logits_PC.detach()}, folder / FILE, {"rows": json.dumps(self.rows)})

    def _log_probs(self, rows: list[int]) -> Tensor:
        return self.logits_PC[rows].masked_fill(self.is_outside_PC[rows], -torch.inf).log_softmax(-1)

    def _allowed(self, row: int, ask: Ask) -> Tensor:
        texts = self.rows[row][1]
        return torch.tensor([*allowed_among(texts, ask), *[False] * (self.logits_PC.shape[1] - len(texts))])

    def _row(self, prompt: Prompt) -> int:
        if prompt.text not in self.row_of:
            raise SpecError(f"the table has no row for the prompt {prompt.text!r}")
        return self.row_of[prompt.text]

    def _column(self, row: int, text: str) -> int:
        texts = self.rows[row][1]
        return texts.index(text) if text in texts else -1


def _rows(metadata: dict[str, str] | None) -> list[tuple[str, list[str]]]:
    return json.loads((metadata or {}).get("rows", "null"))
