"""The training run: HQ-CLIP, and plain CLIP when the recipe's extras are zero."""

import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch

from trainer.checkpoint import Progress, fingerprint, load_checkpoint, take_snapshot
from trainer.checkpoint_writer import CheckpointWriter
from trainer.context import with_context
from trainer.continual.averaging import swapped
from trainer.continual.learner import Learner
from trainer.curve import Clock, NotFiniteError
from trainer.data import Batches, read_corpus
from trainer.distributed import Place
from trainer.events import Events
from trainer.lent_shards import LentShards
from trainer.model import Trainee, build_clip, read_package
from trainer.optim import make_optimizer
from trainer.pretrained.start import Origin, write_start
from trainer.results import whole_clip, write_results
from trainer.scale import prepare, share_work
from trainer.spec import Spec, SpecError
from trainer.step import Training
from trainer.stream import StreamedBatches
from trainer.text import ClipTokenizer
from trainer.watch.make_probe import make_probe
from trainer.watch.watcher import Watcher


def train(spec: Spec, place: Place, events: Events) -> None:
    """Trains, writes the package to `spec.output` and says so in events."""
    started = time.monotonic()
    make_start(spec, place)
    package = with_context(read_package(spec.init), spec.recipe.context)
    tokenizer = ClipTokenizer(spec.init / "tokenizer.json", package)
    if spec.recipe.data.streaming:
        batches = StreamedBatches(spec, (package, tokenizer), LentShards(spec.data, spec.is_lent, events))
    else:
        batches = Batches(read_corpus(spec, package, tokenizer), spec.recipe, spec.seed, spec.weights)
    training = set_up(spec, place, (package, batches))
    corpus = training.corpus
    owner = fingerprint(spec, corpus.hash)
    watcher = Watcher(spec.recipe, make_probe(training, tokenizer), Progress())
    if spec.resume:
        resume(spec.resume, training, watcher, owner)
    elif spec.recipe.continual.ewc.weight:
        training.estimate_fisher()
    counts = {
        "samples": batches.samples,
        "refined": int(corpus.is_refined_N.sum()),
        "undecodable": batches.undecodable(),
    }
    if held_out := len(training.batches.held_N):
        counts["heldOut"] = held_out
    progress = watcher.progress
    events("start", step=progress.step, total_steps=spec.recipe.steps, device=str(place.device), counts=counts)

    run_steps(training, watcher, owner, events)

    whole = whole_clip(training, watcher, package)
    if place.rank == 0:
        counts["undecodable"] = batches.undecodable()
        metrics = write_results(training, (whole, package), (counts, progress))
        events("done", metrics=metrics | {"seconds": round(time.monotonic() - started, 2)}, counts=counts)


def run_steps(training: Training, watcher: Watcher, owner: str, events: Events) -> None:
    """From where `watcher.progress` stands to the last step, or to where the watcher stops it."""
    spec, place, progress = training.spec, training.place, watcher.progress

    def tell(path: Path, step: int) -> None:
        events("checkpoint", path=str(path), step=step)

    module = share_work(training.trainee, place, spec.recipe.scale)
    clock = Clock(spec.recipe.steps, training.batches.size)
    writer = CheckpointWriter(spec.checkpoint_dir, owner, tell) if place.rank == 0 else None
    for step in range(progress.step, spec.recipe.steps):
        if watcher.should_stop():
            break
        outcome = training.step(step, module)
        progress.step = step + 1
        is_due = progress.step % spec.recipe.checkpoint_every_steps == 0 and progress.step < spec.recipe.steps
        said = len(progress.alarms)
        if clock.is_due(progress.step) or is_due:
            try:
                progress.curve.append(clock.point(progress.step, outcome, training))
            except NotFiniteError as error:
                events("alarm", step=progress.step, code="not_finite", message=str(error))
                raise
            watcher.check_curve()
            events("progress", **progress.curve[-1])
        if watcher.is_due(progress.step):
            look_at(training, watcher, events)
        for alarm in progress.alarms[said:]:
            events("alarm", **alarm)
        if is_due:
            kept = {f"learner.{name}": value for name, value in training.learner.state_dict().items()}
            kept |= {f"best.{name}": value for name, value in watcher.best.items()}
            snapshot = take_snapshot(training.trainee, training.optimizer, kept)
            if writer:
                writer.write(snapshot, progress)
    if writer:
        writer.wait()
    if progress.step < spec.recipe.steps:
        best = min(progress.looks, key=lambda look: look["loss"])
        events("stop", step=progress.step, best_step=best["step"], loss=best["loss"])


def look_at(training: Training, watcher: Watcher, events: Events) -> None:
    """One look at the weights that would be exported, and these kept where they are the best so far."""
    learner, trainee = training.learner, training.trainee
    with swapped(trainee.clip, learner.trained()):
        look = watcher.look(trainee, training.place.agree)
    if look is None:
        return
    events("look", **look)
    if watcher.recipe.watch.patience and watcher.is_best():
        watcher.best = learner.copy_trained()


def resume(path: Path, training: Training, watcher: Watcher, owner: str) -> None:
    """Puts model, optimiser, learner and watcher back where a checkpoint of the same training left them."""
    progress, kept = load_checkpoint(path, training.trainee, training.optimizer, owner)
    watcher.progress = progress
    training.learner.load_state_dict(
        {name.removeprefix("learner."): value for name, value in kept.items() if name.startswith("learner.")}
    )
    best = {name.removeprefix("best."): value for name, value in kept.items() if name.startswith("best.")}
    watcher.best = training.learner.placed(best)


def make_start(spec: Spec, place: Place) -> None:
    """Where no package is given, makes one of an architecture's name or of a checkpoint of the hub."""
    if not (spec.architecture or spec.hub_id):
        return
    if place.rank == 0:
        origin = Origin(architecture=spec.architecture, hub_id=spec.hub_id, revision=spec.hub_revision)
        write_start(origin, spec.name, spec.init)
    place.meet()


def set_up(spec: Spec, place: Place, source: tuple[dict[str, Any], Batches]) -> Training:
    package, batches = source
    corpus = batches.corpus
    if batches.size % place.world:
        raise SpecError(f"a batch of {batches.size} can't be split over {place.world} processes: change batchSize")
    torch.manual_seed(spec.seed)
    is_fresh = spec.from_scratch or spec.architecture is not None
    weights = None if is_fresh else spec.init / "weights.safetensors"
    clip = build_clip(package["architecture"], weights, spec.recipe.context)
    trainee = Trainee(clip, package["embedDim"], corpus.tag_count, spec.recipe.contrastive).to(place.device).train()
    is_distilled = spec.recipe.continual.distillation.weight > 0
    teacher = deepcopy(trainee.clip).eval().requires_grad_(False) if is_distilled else None
    prepare(trainee, place, spec.recipe.scale)
    learner = Learner.of(spec.recipe.continual, trainee.clip, teacher)
    mean_C11, std_C11 = (
        torch.tensor([255 * value for value in package["image"][key]], device=place.device).view(3, 1, 1)
        for key in ("mean", "std")
    )
    optimizer = make_optimizer(trainee, spec.recipe)
    return Training(spec, place, corpus, batches, (mean_C11, std_C11), trainee, optimizer, learner)
