"""One optimiser step: a batch through both towers once, and the losses its recipe asks for."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from trainer.augment import augment
from trainer.continual.distillation import similarity
from trainer.continual.learner import Learner
from trainer.data import Batch, Batches, Corpus
from trainer.distributed import Place
from trainer.gradient_cache import Chunk, cached_backward, cut
from trainer.losses.objective import Features, Losses, Targets, objective
from trainer.model import Towers, Trainee, clamp_scale
from trainer.optim import learning_rate
from trainer.order import seeded
from trainer.scale import clip_gradients
from trainer.spec import Spec, SpecError

MAX_GRADIENT_NORM = 1.0


class StepLosses(NamedTuple):
    """What the recipe minimises, and the distillation loss where it is on: both are in the total."""

    total: Tensor
    objective: Losses
    distillation: Tensor | None

    def parts(self, penalties: dict[str, Tensor]) -> dict[str, Tensor | None]:
        """Detached, by the names of the curve; the penalties are part of the total."""
        losses = {
            "loss": sum(penalties.values(), self.total),
            "loss_clip": self.objective.clip,
            "loss_hni": self.objective.hni,
            "loss_tags": self.objective.tags,
            "loss_distillation": self.distillation,
        }
        return {name: None if loss is None else loss.detach() for name, loss in losses.items()} | penalties


class Outcome(NamedTuple):
    """Still tensors: looking at their values is what waits for the device."""

    parts: dict[str, Tensor | None]
    gradient_norm: Tensor
    rate: float


@dataclass(frozen=True)
class Training:
    """All that a step needs besides its number, from which every random draw of it follows."""

    spec: Spec
    place: Place
    corpus: Corpus
    batches: Batches
    normal: tuple[Tensor, Tensor]
    trainee: Trainee
    optimizer: torch.optim.Optimizer
    learner: Learner

    def step(self, step: int, module: nn.Module) -> Outcome:
        """Takes step number `step`; `module` is the trainee, or what wraps it when processes share the work."""
        rate = learning_rate(self.spec.recipe, step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = self.batches[step]
        losses = self._learn(step, batch, module)
        penalties = self.learner.pull()
        norm = clip_gradients(self.trainee.parameters(), MAX_GRADIENT_NORM)
        self.optimizer.step()
        clamp_scale(self.trainee.clip)
        self.learner.after_step(step + 1)
        return Outcome(losses.parts(penalties), norm, rate)

    def _learn(self, step: int, batch: Batch, module: nn.Module) -> StepLosses:
        """Losses of the batch, and their gradients at the parameters."""
        share = Chunk(self._images(step, batch), self._tokens(batch))
        size = self.spec.recipe.scale.chunk_size or len(share.images_BCHW)
        seed = seeded(self.spec.seed, f"dropout {step} {self.place.rank}").initial_seed()

        def encode(number: int, chunk: Chunk) -> Towers:
            # Dropout, where an architecture has any, draws from torch's own generator.
            torch.manual_seed(seed + number)
            with torch.autocast(self.place.device.type, torch.bfloat16, enabled=self.spec.recipe.precision == "bf16"):
                return module(*chunk)

        # Of the texts, the positives come first.
        positives = Chunk(share.images_BCHW, share.tokens_TL[: len(share.images_BCHW)])
        old_BB = self.learner.old_logits(cut(positives, size), self.place.gather)

        def loss_of(towers: Towers) -> StepLosses:
            return self._losses(batch, towers, old_BB)

        self.optimizer.zero_grad(set_to_none=True)
        if size < len(share.images_BCHW):
            return cached_backward(module, cut(share, size), encode, loss_of)
        losses = loss_of(encode(0, share))
        losses.total.backward()
        return losses

    def pixels(self, index_B: Tensor) -> Tensor:
        """Images of any samples as the tower takes them, without augmentation."""
        mean_C11, std_C11 = self.normal
        return (self.corpus.images[index_B].to(self.place.device).float() - mean_C11) / std_C11

    def estimate_fisher(self) -> None:
        """Fisher information of the start model on a seeded draw of what it learned from."""
        recipe, generator = self.spec.recipe, seeded(self.spec.seed, "fisher")
        earlier_N = self.corpus.is_earlier_N.nonzero().squeeze(1)
        if len(earlier_N) < 2:
            raise SpecError("recipe.continual.ewc needs data of an earlier version: add one to the run's data")
        index_N = earlier_N[torch.randperm(len(earlier_N), generator=generator)[: recipe.continual.ewc.samples]]
        tokens_NL = self.batches.texts(index_N, "fisher texts").to(self.place.device)
        size = self.batches.size
        batches = (
            (self.pixels(index_B), tokens_BL)
            for index_B, tokens_BL in zip(index_N.split(size), tokens_NL.split(size), strict=True)
            if len(index_B) > 1
        )
        self.learner.estimate_fisher(batches, generator)

    def _images(self, step: int, batch: Batch) -> Tensor:
        recipe, place = self.spec.recipe, self.place
        pixels_BCHW = self.batches.corpus.images[place.share(batch.index_B)].to(place.device)
        if step + 1 < recipe.steps:
            self.batches.prefetch(step + 1, place.share)
        draws_B4 = torch.rand(self.batches.size, 4, generator=seeded(self.spec.seed, f"augment {step}"))
        mean_C11, std_C11 = self.normal
        return (augment(pixels_BCHW, recipe.augment, place.share(draws_B4)) - mean_C11) / std_C11

    def _tokens(self, batch: Batch) -> Tensor:
        """This process's texts: its share of each group."""
        shares = [self.place.share(rows_TL) for rows_TL in batch.tokens_TL.split(self.batches.size)]
        return torch.cat(shares).to(self.place.device)

    def _losses(self, batch: Batch, towers: Towers, old_BB: Tensor | None) -> StepLosses:
        """Losses of the whole batch from this process's share of towers: a function of the towers' outputs alone."""
        place = self.place
        tag_logits_BV = None if towers.tag_logits_BV is None else place.gather(towers.tag_logits_BV.float())
        positive_BD, *negatives = [place.gather(rows_BD) for rows_BD in towers.text_TD.split(len(towers.image_BD))]
        features = Features(
            place.gather(towers.image_BD), positive_BD, negatives, tag_logits_BV, towers.scale, towers.bias
        )
        targets = Targets(
            batch.has_negative_KB.to(place.device),
            batch.is_refined_B.to(place.device),
            None if batch.tags_BV is None else batch.tags_BV.to(place.device),
            self.corpus.tag_weight_V.to(place.device),
        )
        losses = objective(self.spec.recipe, features, targets)
        if old_BB is None:
            return StepLosses(losses.total, losses, None)
        logits_BB = similarity(features.image_BD, features.positive_BD, features.scale)
        distillation = self.learner.distil(logits_BB, old_BB)
        total = losses.total + self.spec.recipe.continual.distillation.weight * distillation
        return StepLosses(total, losses, distillation)
