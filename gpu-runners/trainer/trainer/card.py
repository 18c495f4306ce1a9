"""A run's card: what was trained, on what, how it went and how to do it again, as Markdown for people."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from trainer.recipe import Recipe
from trainer.spec import to_camel

BARS = "▁▂▃▄▅▆▇█"
CURVE_WIDTH = 40
SHOWN_TEXT = 80
CURVES = {
    "loss": "loss",
    "loss_clip": "contrastive loss",
    "loss_hni": "hard-negative loss",
    "loss_tags": "tag loss",
    "loss_distillation": "distillation loss",
    "loss_ewc": "EWC penalty",
    "loss_l2sp": "L2-SP penalty",
    "lr": "learning rate",
    "grad_norm": "gradient norm",
    "logit_scale": "logit scale",
    "samples_per_second": "samples a second",
    "memory_bytes": "resident memory at most, bytes",
    "gpu_memory_bytes": "GPU memory at most, bytes",
}


def write_card(document: dict[str, Any], metrics: dict[str, Any], story: dict[str, list[dict[str, Any]]]) -> str:
    """`document` is model.json, `metrics` the run's figures, `story` its curve, looks, predictions and alarms."""
    training = document["training"]
    sections = [
        f"# {document['name']}\n\n{_summary(document, metrics)}",
        _section(
            "Alarms", [f"- step {alarm['step']}, {alarm['code']}: {alarm['message']}" for alarm in story["alarms"]]
        ),
        _section("Figures", _table(("figure", "value"), _figures(metrics))),
        _section("Curves", _table(("", "first", "last", "course"), _courses(story["curve"]))),
        _section("Looks", _table(("step", "loss", "image → text R@1"), _looks(story["looks"]))),
        _section("Predictions at the end", _predictions(story["predictions"])),
        _section("Recipe", _recipe(training["recipe"])),
        _section("Data and start", _table(("", ""), (training["origin"] | training["data"]).items())),
        _section("Environment", _table(("", ""), _flat(training["environment"]))),
        _section("Again", _again(training)),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _summary(document: dict[str, Any], metrics: dict[str, Any]) -> str:
    training, counts = document["training"], document["training"]["counts"]
    start = "fresh weights" if training["fromScratch"] else "a trained model"
    stop = ", stopped early" if metrics.get("stoppedEarly") else ""
    return (
        f"A CLIP of {metrics['parameters']:,} parameters, trained from {start} for {metrics['steps']:,} steps{stop} on "
        f"{counts['samples']:,} samples ({counts['refined']:,} refined), seed {training['seed']}, "
        f"code {training['codeVersion']}."
    )


def _figures(metrics: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in metrics.items() if isinstance(value, int | float)]


def _courses(curve: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    rows = []
    for key, label in CURVES.items():
        values = [point[key] for point in curve if point.get(key) is not None]
        if values:
            rows.append((label, f"{values[0]:.4g}", f"{values[-1]:.4g}", sparkline(values)))
    return rows


def sparkline(values: Sequence[float]) -> str:
    """At most forty bars from the lowest value to the highest, each the mean of what it stands for."""
    width = min(CURVE_WIDTH, len(values))
    parts = [values[i * len(values) // width : (i + 1) * len(values) // width] for i in range(width)]
    means = [sum(part) / len(part) for part in parts]
    low, high = min(means), max(means)
    if high == low:
        return BARS[0] * width
    return "".join(BARS[round((mean - low) / (high - low) * (len(BARS) - 1))] for mean in means)


def _looks(looks: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    shown = looks if len(looks) <= 12 else [*looks[:3], *looks[-9:]]
    return [(look["step"], f"{look['loss']:.4f}", f"{look['recall_at_1']:.3f}") for look in shown]


def _predictions(told: Iterable[dict[str, Any]]) -> list[str]:
    rows = [
        (_cut(one["text"]), "<br>".join(f"{best['cosine']:.2f} {_cut(best['text'])}" for best in one["top"]))
        for one in told
    ]
    return _table(("its text", "nearest texts by cosine"), rows)


def _recipe(recipe: dict[str, Any]) -> list[str]:
    """Only what differs from the defaults: that is what the person chose."""
    defaults = dict(_flat(to_camel(asdict(Recipe()))))
    chosen = [(name, value) for name, value in _flat(recipe) if defaults.get(name) != value]
    return _table(("value", "chosen"), chosen) or ["All values at their defaults."]


def _again(training: dict[str, Any]) -> list[str]:
    origin = training["origin"]
    version, model = origin.get("versionId"), origin.get("initModelId")
    if not version or not model:
        return []
    scratch = " --scratch" if training["fromScratch"] else ""
    command = (
        f"whetstone train {version} --init {model}{scratch} --seed {training['seed']} --name <name> --recipe <json>"
    )
    return [
        f"`{command}` with `training.recipe` of model.json.",
        "The same code on the same kind of machine with the same number of threads gives the same bits.",
    ]


def _section(title: str, lines: list[str]) -> str:
    return f"## {title}\n\n" + "\n".join(lines) if lines else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    body = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *body] if body else []


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _flat(value: dict[str, Any], path: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, item in value.items():
        here = f"{path}.{key}" if path else key
        rows += _flat(item, here) if isinstance(item, dict) else [(here, item)]
    return rows


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_TEXT else text[: SHOWN_TEXT - 1] + "…"
