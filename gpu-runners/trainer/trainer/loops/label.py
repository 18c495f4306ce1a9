"""A CLIP as a policy: a softmax over what an image may be called. Its log-probabilities are exact.

Shapes: N draws, I images, C choices, D embedding width.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from trainer.loops.choosing import allowed_among, draw_columns
from trainer.loops.clip import LoadedClip
from trainer.loops.picture import Picture
from trainer.loops.policy import Ask, Drawn, Prompt
from trainer.loops.style import Style
from trainer.spec import SpecError


class LabelPolicy:
    """The words of a prompt make no difference: it sees the image and says one of the query's choices."""

    style: Style = "question"

    def __init__(self, loaded: LoadedClip) -> None:
        self.loaded = loaded
        # A softmax over texts alone is blind to it.
        if loaded.clip.logit_bias is not None:
            loaded.clip.logit_bias.requires_grad_(False)

    @classmethod
    def load(cls, folder: Path) -> "LabelPolicy":
        return cls(LoadedClip.load(folder))

    @property
    def module(self) -> nn.Module:
        return self.loaded.clip

    @torch.no_grad()
    def draw(self, asks: Sequence[Ask]) -> list[Drawn]:
        drawn: list[Drawn | None] = [None] * len(asks)
        for choices, places in _by_choices([ask.prompt for ask in asks]).items():
            part = [asks[i] for i in places]
            log_probs_NC = self._log_probs([ask.prompt for ask in part], choices).cpu()
            allowed_NC = torch.tensor([allowed_among(choices, ask) for ask in part])
            for i, column, log_prob in zip(places, *draw_columns(log_probs_NC, allowed_NC, part), strict=True):
                drawn[i] = Drawn(choices[column], 1, log_prob)
        return [text for text in drawn if text is not None]

    def token_log_probs(self, pairs: Sequence[tuple[Prompt, str]]) -> tuple[Tensor, Tensor]:
        found: list[Tensor] = [torch.empty(0)] * len(pairs)
        for choices, places in _by_choices([prompt for prompt, _ in pairs]).items():
            column_of = {text: column for column, text in enumerate(choices)}
            log_probs_NC = self._log_probs([pairs[i][0] for i in places], choices)
            for row, i in zip(log_probs_NC, places, strict=True):
                column = column_of.get(pairs[i][1])
                found[i] = row.new_tensor(-torch.inf) if column is None else row[column]
        log_probs_N1 = torch.stack(found)[:, None]
        return log_probs_N1, torch.ones_like(log_probs_N1, dtype=torch.bool)

    def save(self, folder: Path) -> None:
        self.loaded.save(folder)

    def _log_probs(self, prompts: Sequence[Prompt], choices: tuple[str, ...]) -> Tensor:
        pictures = [_picture(prompt) for prompt in prompts]
        place = {picture: i for i, picture in enumerate(dict.fromkeys(pictures))}
        image_ID, text_CD = self.loaded.encode_images(list(place)), self.loaded.encode_texts(choices)
        logits_IC = self.loaded.clip.logit_scale.exp() * image_ID @ text_CD.T
        return logits_IC.double().log_softmax(-1)[[place[picture] for picture in pictures]]


def _by_choices(prompts: Sequence[Prompt]) -> dict[tuple[str, ...], list[int]]:
    """Prompts that choose among the same texts: those are encoded once."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, prompt in enumerate(prompts):
        if not prompt.choices:
            raise SpecError("a label policy needs texts to choose among: choices of a question, labels of a version")
        places[prompt.choices].append(i)
    return places


def _picture(prompt: Prompt) -> Picture:
    if prompt.image is None:
        raise SpecError("a label policy needs an image, and a query of the task has none")
    return prompt.image
