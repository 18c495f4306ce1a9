"""The training run: HQ-CLIP, and plain CLIP when the recipe's extras are zero."""

import json
import math
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from trainer.checkpoint import Progress, fingerprint, load_checkpoint, take_snapshot
from trainer.checkpoint_writer import CheckpointWriter
from trainer.data import Batches, Corpus, read_corpus
from trainer.distributed import Place
from trainer.events import Events
from trainer.export import write_package
from trainer.model import Clip, Trainee, build_clip, read_package
from trainer.optim import make_optimizer
from trainer.scale import is_sharded, prepare, share_work, to_whole
from trainer.spec import Spec, SpecError, to_camel
from trainer.step import Outcome, Training
from trainer.text import ClipTokenizer

CURVE_POINTS = 200
REPORT_SECONDS = 5.0
PACKAGE_KEYS = ("format", "name", "architecture", "embedDim", "context", "image", "tokenizer")


def train(spec: Spec, place: Place, events: Events) -> None:
    """Trains, writes the package to `spec.output` and says so in events."""
    started = time.monotonic()
    package = read_package(spec.init)
    corpus = read_corpus(spec, package, ClipTokenizer(spec.init / "tokenizer.json", package))
    training = set_up(spec, place, (package, corpus))
    owner = fingerprint(spec, corpus.hash)
    progress = Progress(0, [])
    if spec.resume:
        progress = load_checkpoint(spec.resume, training.trainee, training.optimizer, owner)
    counts = {
        "samples": len(corpus.raw_NL),
        "refined": int(corpus.is_refined_N.sum()),
        "undecodable": len(corpus.images.undecodable),
    }
    events("start", step=progress.step, total_steps=spec.recipe.steps, device=str(place.device), counts=counts)

    def tell(path: Path, step: int) -> None:
        events("checkpoint", path=str(path), step=step)

    module, clock = (
        share_work(training.trainee, place, spec.recipe.scale),
        Clock(spec.recipe.steps, training.batches.size),
    )
    writer = CheckpointWriter(spec.checkpoint_dir, owner, tell) if place.rank == 0 else None
    for step in range(progress.step, spec.recipe.steps):
        outcome = training.step(step, module)
        progress.step = step + 1
        is_due = progress.step % spec.recipe.checkpoint_every_steps == 0 and progress.step < spec.recipe.steps
        if clock.is_due(progress.step) or is_due:
            progress.curve.append(clock.point(progress.step, outcome, training))
            events("progress", **progress.curve[-1])
        if is_due:
            snapshot = take_snapshot(training.trainee, training.optimizer)
            if writer:
                writer.write(snapshot, progress)
    if writer:
        writer.wait()

    whole = whole_clip(training, package)
    if place.rank == 0:
        counts["undecodable"] = len(corpus.images.undecodable)
        difference = write_results(training, (whole, package), (counts, progress.curve))
        metrics = summarise(progress.curve) | {
            "parameters": sum(p.numel() for p in training.trainee.clip.parameters()),
            "tags": corpus.tag_count,
            "onnxDifference": difference,
            "seconds": round(time.monotonic() - started, 2),
        }
        events("done", metrics=metrics, counts=counts)


def set_up(spec: Spec, place: Place, source: tuple[dict[str, Any], Corpus]) -> Training:
    package, corpus = source
    batches = Batches(corpus, spec.recipe, spec.seed)
    if batches.size % place.world:
        raise SpecError(f"a batch of {batches.size} can't be split over {place.world} processes: change batchSize")
    torch.manual_seed(spec.seed)
    clip = build_clip(package["architecture"], None if spec.from_scratch else spec.init / "weights.safetensors")
    trainee = Trainee(clip, package["embedDim"], corpus.tag_count, spec.recipe.contrastive).to(place.device).train()
    prepare(trainee, place, spec.recipe.scale)
    mean_C11, std_C11 = (
        torch.tensor([255 * value for value in package["image"][key]], device=place.device).view(3, 1, 1)
        for key in ("mean", "std")
    )
    optimizer = make_optimizer(trainee, spec.recipe)
    return Training(spec, place, corpus, batches, (mean_C11, std_C11), trainee, optimizer)


class Clock:
    """Decides when to report, and measures speed between reports."""

    def __init__(self, total_steps: int, batch_size: int) -> None:
        self.total_steps, self.batch_size = total_steps, batch_size
        self.every = max(1, total_steps // CURVE_POINTS)
        self.at, self.step = time.monotonic(), None

    def is_due(self, step: int) -> bool:
        if self.step is None:
            self.step = step - 1
        return step % self.every == 0 or step == self.total_steps or time.monotonic() - self.at > REPORT_SECONDS

    def point(self, step: int, outcome: Outcome, training: Training) -> dict[str, Any]:
        """One point of the curve; refuses to go on from a loss that is no number."""
        total, clip, hni, tags = (None if loss is None else round(loss.detach().item(), 6) for loss in outcome.losses)
        if total is None or clip is None or not math.isfinite(total):
            raise SpecError(f"the loss is {total} at step {step}: try a lower learningRate")
        now = time.monotonic()
        speed = (step - (self.step or 0)) * self.batch_size / max(now - self.at, 1e-9)
        self.at, self.step = now, step
        return {
            "step": step,
            "total_steps": self.total_steps,
            "loss": total,
            "loss_clip": clip,
            "loss_hni": hni,
            "loss_tags": tags,
            "lr": outcome.rate,
            "logit_scale": round(training.trainee.clip.logit_scale.exp().item(), 4),
            "samples_per_second": round(speed, 1),
            "grad_norm": round(outcome.gradient_norm.item(), 4),
        }


def whole_clip(training: Training, package: dict[str, Any]) -> Clip:
    """The model in one piece and in plain modules, as the exporter reads it; every process must ask for it."""
    clip, scale = training.trainee.clip, training.spec.recipe.scale
    if not (is_sharded(training.place, scale) or scale.compile):
        return clip
    state = {name: to_whole(value) for name, value in clip.state_dict().items()}
    plain = build_clip(package["architecture"])
    plain.load_state_dict(state)
    return plain


def write_results(
    training: Training, model: tuple[Clip, dict[str, Any]], facts: tuple[dict[str, int], list[dict[str, Any]]]
) -> float:
    """Writes package and curve; returns the largest difference between ONNX and PyTorch."""
    spec, (counts, curve), (clip, package) = training.spec, facts, model
    training_facts = {
        "recipe": to_camel(asdict(spec.recipe)),
        "seed": spec.seed,
        "fromScratch": spec.from_scratch,
        "counts": counts,
        "codeVersion": spec.code_version,
    }
    with (spec.output / "curve.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(point) + "\n" for point in curve)
    # Only what is still true of the new model: a package's other entries speak of its own files and story.
    document = {key: package[key] for key in PACKAGE_KEYS} | {"name": spec.name, "training": training_facts}
    return write_package(clip, document, spec.init / "tokenizer.json", spec.output)


def summarise(curve: list[dict[str, Any]]) -> dict[str, Any]:
    """The run's figures: losses as means of the last tenth of the curve, speed as the median."""
    last = curve[-max(1, len(curve) // 10) :]
    speeds = sorted(point["samples_per_second"] for point in curve)
    means = {
        name: round(sum(point[key] for point in last) / len(last), 6)
        for name, key in {
            "loss": "loss",
            "lossClip": "loss_clip",
            "lossHni": "loss_hni",
            "lossTags": "loss_tags",
        }.items()
        if last[-1][key] is not None
    }
    final = {"steps": last[-1]["step"], "logitScale": last[-1]["logit_scale"]}
    return {**final, **means, "samplesPerSecond": speeds[len(speeds) // 2]}
