"""What a training leaves: the package, its curve and its card."""

import json
from dataclasses import asdict
from typing import Any

from trainer.card import write_card
from trainer.checkpoint import Progress
from trainer.curve import summarise
from trainer.environment import describe_environment
from trainer.export import write_package
from trainer.model import Clip, build_clip
from trainer.scale import is_sharded, to_whole
from trainer.spec import to_camel
from trainer.step import Training
from trainer.watch.watcher import Watcher

PACKAGE_KEYS = ("format", "name", "architecture", "embedDim", "context", "image", "tokenizer")


def whole_clip(training: Training, watcher: Watcher, package: dict[str, Any]) -> Clip:
    """The model to export, in one piece and in plain modules; every process must ask for it."""
    clip, scale = training.trainee.clip, training.spec.recipe.scale
    state = training.learner.exported(watcher.best or None)
    if state is None and not (is_sharded(training.place, scale) or scale.compile):
        return clip
    plain = build_clip(package["architecture"])
    plain.load_state_dict({name: to_whole(value) for name, value in (state or clip.state_dict()).items()})
    return plain


def write_results(
    training: Training, model: tuple[Clip, dict[str, Any]], facts: tuple[dict[str, int], Progress]
) -> dict[str, Any]:
    """Writes package, curve and card; returns the run's figures."""
    spec, (counts, progress), (clip, package) = training.spec, facts, model
    training_facts = {
        "recipe": to_camel(asdict(spec.recipe)),
        "seed": spec.seed,
        "fromScratch": spec.from_scratch,
        "counts": counts,
        "codeVersion": spec.code_version,
        "origin": spec.origin,
        "data": {"contentSha256": training.corpus.hash},
        "environment": describe_environment(training.place, spec.threads),
    }
    with (spec.output / "curve.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(point) + "\n" for point in progress.curve)
    # Only what is still true of the new model: a package's other entries speak of its own files and story.
    document = {key: package[key] for key in PACKAGE_KEYS} | {"name": spec.name, "training": training_facts}
    difference = write_package(clip, document, spec.init / "tokenizer.json", spec.output)
    metrics = _figures(training, progress) | {"onnxDifference": difference}
    (spec.output / "card.md").write_text(write_card(document, metrics, asdict(progress)), encoding="utf-8")
    return metrics


def _figures(training: Training, progress: Progress) -> dict[str, Any]:
    figures = summarise(progress.curve) | {
        "parameters": sum(p.numel() for p in training.trainee.clip.parameters()),
        "tags": training.corpus.tag_count,
        "alarms": progress.alarms,
    }
    if progress.looks and training.spec.recipe.watch.holdout_share > 0:
        best = min(progress.looks, key=lambda look: look["loss"])
        told = best if training.spec.recipe.watch.patience else progress.looks[-1]
        figures |= {"heldOutLoss": told["loss"], "heldOutRecallAt1": told["recall_at_1"], "bestStep": best["step"]}
        figures["stoppedEarly"] = progress.step < training.spec.recipe.steps
    return figures
