"""What a training does to keep old knowledge, as its recipe asks, and the state of that for checkpoints.

Shape suffixes: B batch, C channels, H and W pixels, L tokens, D embedding width.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.continual.averaging import State, copy_state, interpolate, update_ema
from trainer.continual.distillation import distillation_loss, similarity
from trainer.continual.fisher import diagonal_fisher
from trainer.continual.pull import pull
from trainer.model import Clip, encode_texts
from trainer.recipe import Continual

Pairs = tuple[Tensor, Tensor]


@dataclass
class Learner:
    """The start weights and what is kept about them; parts that the recipe leaves at zero cost nothing."""

    recipe: Continual
    clip: Clip
    start: State = field(default_factory=dict)
    fisher: State = field(default_factory=dict)
    average: State = field(default_factory=dict)
    teacher: Clip | None = None

    @classmethod
    def of(cls, recipe: Continual, clip: Clip) -> "Learner":
        """For a model that stands where training starts."""
        learner = cls(recipe, clip)
        if recipe.ewc.weight or recipe.l2sp.weight or recipe.wise_ft.alpha < 1:
            learner.start = copy_state(clip)
        if recipe.distillation.weight:
            learner.teacher = deepcopy(clip).eval().requires_grad_(False)
        if recipe.ema.decay:
            learner.average = copy_state(clip)
        return learner

    def estimate_fisher(self, batches: Iterable[Pairs], generator: torch.Generator) -> None:
        """Fisher information of the start model on earlier data: batches of images (B, C, H, W) and tokens (B, L)."""
        was_training = self.clip.training
        self.clip.eval()
        parameters = {name: p for name, p in self.clip.named_parameters() if p.requires_grad}
        self.fisher = diagonal_fisher(parameters, batches, lambda batch: clip_logits(self.clip, batch), generator)
        self.clip.train(was_training)

    def distil(self, batch: Pairs, logits_BB: Tensor, gather: Callable[[Tensor], Tensor]) -> Tensor | None:
        """The distillation loss; `batch` is this process's share, `gather` joins all processes' rows. None when off."""
        if self.teacher is None:
            return None
        images_BCHW, tokens_BL = batch
        with torch.no_grad():
            image_BD, text_BD = embed(self.teacher, (images_BCHW, tokens_BL))
            old_BB = similarity(gather(image_BD), gather(text_BD), self.teacher.logit_scale.exp())
        return distillation_loss(logits_BB, old_BB, self.recipe.distillation.temperature)

    def pull(self) -> dict[str, Tensor]:
        """After the backward pass: adds the pulls' gradients, returns the penalties by name."""
        penalties = {}
        if self.recipe.ewc.weight:
            named = self.clip.named_parameters()
            penalties["ewc"] = pull(named, self.start, weight=self.recipe.ewc.weight, importance=self.fisher)
        if self.recipe.l2sp.weight:
            penalties["l2sp"] = pull(self.clip.named_parameters(), self.start, weight=self.recipe.l2sp.weight)
        return penalties

    def after_step(self, step: int) -> None:
        """After the optimiser's 1-based step."""
        if self.average:
            update_ema(self.average, self.clip, self.recipe.ema.decay, step)

    def trained(self) -> State | None:
        """The averaged weights, or None where the model's own are what counts."""
        return self.average or None

    def exported(self, end: State | None = None) -> State:
        """What the package should hold, from `end` or else from what was trained."""
        state = end or self.average or copy_state(self.clip)
        alpha = self.recipe.wise_ft.alpha
        return interpolate(self.start, state, alpha) if alpha < 1 else state

    def state_dict(self) -> State:
        """What a checkpoint must hold: start and teacher follow from the package training starts from."""
        kept = {f"fisher.{name}": value for name, value in self.fisher.items()}
        return kept | {f"average.{name}": value for name, value in self.average.items()}

    def load_state_dict(self, state: State) -> None:
        device = self.clip.logit_scale.device
        for group in ("fisher", "average"):
            prefix = f"{group}."
            found = {n.removeprefix(prefix): v.to(device) for n, v in state.items() if n.startswith(prefix)}
            setattr(self, group, found)


def embed(clip: Clip, batch: Pairs) -> Pairs:
    """Unit vectors of images and texts."""
    images_BCHW, tokens_BL = batch
    image_BD, text_BD = clip.encode_image(images_BCHW).float(), encode_texts(clip, tokens_BL).float()
    return F.normalize(image_BD, dim=-1), F.normalize(text_BD, dim=-1)


def clip_logits(clip: Clip, batch: Pairs) -> Tensor:
    return similarity(*embed(clip, batch), clip.logit_scale.exp())
