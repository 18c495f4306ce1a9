"""The arms: one program, one budget, other texts and losses; then other forms of the losses."""

from typing import Any

BUDGET = {"batchSize": 128, "learningRate": 1e-3, "warmupSteps": 30, "checkpointEverySteps": 1_000_000}
MIX = {"positiveProbability": 0.8}
HNI = {"weight": 0.25}
TAGS = {"weight": 0.1}
# What one busy core can repeat for every arm and seed: a CIFAR step costs 0.11 to 0.13 s of it.
STEPS = {"cifar": 250, "emoji": 200}

ARMS: dict[str, dict[str, Any]] = {
    "raw": {},
    "d+ only": {"positiveProbability": 1},
    "mix": MIX,
    "mix + HNI": MIX | {"hni": HNI},
    "mix + tags": MIX | {"tags": TAGS},
    "all": MIX | {"hni": HNI, "tags": TAGS},
}
FORMS: dict[str, dict[str, Any]] = {
    "HNI in denominator": MIX | {"hni": {"weight": 1, "form": "in-denominator"}},
    "HNI 1+K focal": MIX
    | {"hni": {"weight": 0.5, "form": "one-plus-k", "negatives": "both", "focalGamma": 2, "labelSmoothing": 0.02}},
    "tags idf-softmax": MIX | {"tags": {"weight": 0.1, "form": "idf-softmax"}},
}


def recipe_of(arm: str, corpus: str) -> dict[str, Any]:
    return BUDGET | {"steps": STEPS[corpus]} | (ARMS | FORMS)[arm]
