"""Objective `contrastive`: a CLIP learns from images with the texts that a loop kept."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from trainer.loops.clip import LoadedClip
from trainer.loops.hash_weights import OPTIMISER
from trainer.loops.optimiser import Optimiser
from trainer.loops.queries import read_task
from trainer.loops.refinement import read_said
from trainer.loops.spec import LearnSpec
from trainer.loops.steps import take_steps
from trainer.loops.training import TrainingRow, batch_of
from trainer.losses.infonce import infonce_loss
from trainer.model import Trainee, clamp_scale
from trainer.spec import SpecError


def learn_clip(spec: LearnSpec, rows: list[TrainingRow], say: Callable[..., None]) -> dict[str, Any]:
    if spec.start is None or spec.policy_kind != "label":
        raise SpecError(f"slot {spec.slot} can't learn by contrastive: it needs a CLIP to begin with")
    if spec.task is None:
        raise SpecError("objective contrastive needs the task, whose images the texts are of")
    known = {query.query_id: query.image for query in read_task(spec.task)}
    pictures = [known.get(row.query_id.partition("#")[0]) for row in rows]
    if (lacking := next((i for i, picture in enumerate(pictures) if picture is None), None)) is not None:
        raise SpecError(f"the task has no image of {rows[lacking].query_id}")
    said = [read_said(row.target) for row in rows]
    texts = [one.description if one else row.target for one, row in zip(said, rows, strict=True)]
    loaded, learning = LoadedClip.load(spec.start), spec.learning
    trainee = Trainee(loaded.clip, loaded.package["embedDim"], 0)
    optimiser = Optimiser(trainee, learning)
    if learning.optimiser == "inherited" and spec.optimiser is not None:
        optimiser.load(spec.optimiser)
    groups = [[i] for i in range(len(rows))]
    # A pair twice in a batch would be its own negative.
    size = min(learning.batch_size, len(rows))

    def loss_of(step: int) -> Tensor:
        clamp_scale(loaded.clip)
        batch = batch_of(groups, step, size, spec.seed)
        images = loaded.pixels([picture for i in batch if (picture := pictures[i]) is not None])
        towers = trainee(images, loaded.tokens([texts[i] for i in batch]))
        return infonce_loss(towers.image_BD, towers.text_TD, towers.scale)

    summary = take_steps(optimiser, loss_of, say)
    if learning.steps:
        clamp_scale(loaded.clip)
        loaded.save(spec.output)
        optimiser.save(spec.output / OPTIMISER)
    return summary
