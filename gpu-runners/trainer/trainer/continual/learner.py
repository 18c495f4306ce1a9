"""What a training does to keep old knowledge, as its recipe asks, and the state of that for checkpoints.

Shape suffixes: B batch, C channels, H and W pixels, L tokens, D embedding width.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.continual.averaging import State, copy_state, interpolate, update_ema
from trainer.continual.distillation import distillation_loss, similarity
from trainer.continual.fisher import diagonal_fisher, sampled_infonce
from trainer.continual.pull import pull
from trainer.model import Clip, encode_texts
from trainer.recipe import Continual
from trainer.scale import from_whole

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
    def of(cls, recipe: Continual, clip: Clip, teacher: Clip | None = None) -> "Learner":
        """For a model that stands where training starts; `teacher` is a whole copy of it where distillation is on."""
        learner = cls(recipe, clip, teacher=teacher)
        if recipe.ewc.weight or recipe.l2sp.weight or recipe.wise_ft.alpha < 1:
            learner.start = copy_state(clip)
        if recipe.ema.decay:
            learner.average = copy_state(clip)
        return learner

    def estimate_fisher(self, batches: Iterable[Pairs], generator: torch.Generator) -> None:
        """Fisher information of the start model on earlier data: batches of images (B, C, H, W) and tokens (B, L)."""
        was_training = self.clip.training
        self.clip.eval()
        parameters = {name: p for name, p in self.clip.named_parameters() if p.requires_grad}
        self.fisher = diagonal_fisher(
            parameters, batches, lambda batch: sampled_infonce(clip_logits(self.clip, batch), generator)
        )
        self.clip.train(was_training)

    @torch.no_grad()
    def old_logits(self, share: Iterable[Pairs], gather: Callable[[Tensor], Tensor]) -> Tensor | None:
        """What the start model believes of a batch; `share` is this process's part in chunks. None while it is off."""
        if self.teacher is None:
            return None
        parts = [embed(self.teacher, pairs) for pairs in share]
        image_BD, text_BD = (gather(torch.cat(rows)) for rows in zip(*parts, strict=True))
        return similarity(image_BD, text_BD, self.teacher.logit_scale.exp())

    def distil(self, logits_BB: Tensor, old_BB: Tensor) -> Tensor:
        """The distillation loss of a whole batch, given what `old_logits` said of it."""
        return distillation_loss(logits_BB, old_BB, self.recipe.distillation.temperature)

    def pull(self) -> dict[str, Tensor]:
        """After the backward pass: adds the pulls' gradients, returns the penalties by their names in the curve."""
        penalties: dict[str, Tensor] = {}
        if self.recipe.ewc.weight:
            named = self.clip.named_parameters()
            penalties["loss_ewc"] = pull(named, self.start, weight=self.recipe.ewc.weight, importance=self.fisher)
        if self.recipe.l2sp.weight:
            penalties["loss_l2sp"] = pull(self.clip.named_parameters(), self.start, weight=self.recipe.l2sp.weight)
        return penalties

    def after_step(self, step: int) -> None:
        """After the optimiser's 1-based step."""
        if self.average:
            update_ema(self.average, self.clip, self.recipe.ema.decay, step)

    def trained(self) -> State | None:
        """The averaged weights, or None where the model's own are what counts."""
        return self.average or None

    def exported(self, end: State | None = None) -> State | None:
        """What the package should hold, of `end` or else what was trained; None where it is the model as it is."""
        state, alpha = end or self.trained(), self.recipe.wise_ft.alpha
        return interpolate(self.start, state or self.clip.state_dict(), alpha) if alpha < 1 else state

    def copy_trained(self) -> State:
        """What `trained` stands for, as it is now."""
        return {name: value.detach().clone() for name, value in (self.average or self.clip.state_dict()).items()}

    def state_dict(self) -> State:
        """What a checkpoint must hold: start and teacher follow from the package training starts from."""
        kept = {f"fisher.{name}": value for name, value in self.fisher.items()}
        return kept | {f"average.{name}": value for name, value in self.average.items()}

    def load_state_dict(self, state: State) -> None:
        self.fisher, self.average = (
            self.placed({n.removeprefix(f"{group}."): v for n, v in state.items() if n.startswith(f"{group}.")})
            for group in ("fisher", "average")
        )

    def placed(self, whole: State) -> State:
        """Whole tensors as the model has its own of those names: on its device, sharded alike."""
        like = self.clip.state_dict()
        return {name: from_whole(value, like[name]) for name, value in whole.items()}


def embed(clip: Clip, batch: Pairs) -> Pairs:
    """Unit vectors of images and texts."""
    images_BCHW, tokens_BL = batch
    image_BD, text_BD = clip.encode_image(images_BCHW).float(), encode_texts(clip, tokens_BL).float()
    return F.normalize(image_BD, dim=-1), F.normalize(text_BD, dim=-1)


def clip_logits(clip: Clip, batch: Pairs) -> Tensor:
    return similarity(*embed(clip, batch), clip.logit_scale.exp())
