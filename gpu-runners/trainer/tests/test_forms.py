"""Every form of the losses in whole trainings, in one process and in two."""

import json
from pathlib import Path
from typing import Any

import pytest
from torch.testing import assert_close

from tests.runs import read_events, run, run_together

FORMS: dict[str, dict[str, Any]] = {
    "siglip": {"contrastive": {"form": "siglip", "initialScale": 10}},
    "in-denominator": {"hni": {"weight": 1, "form": "in-denominator", "negatives": "both"}},
    "focal": {
        "hni": {"weight": 0.5, "form": "one-plus-k", "negatives": "both", "focalGamma": 2, "labelSmoothing": 0.02}
    },
    "idf": {"tags": {"weight": 0.3, "form": "idf-softmax", "vocabularySize": 6}},
    "uniform clauses": {"captions": {"schedule": "uniform", "pieces": "clauses"}},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_trains_and_its_loss_falls(raw_spec: dict[str, Any], form: str) -> None:
    raw_spec["recipe"] |= FORMS[form] | {"steps": 30}

    weights = run(raw_spec)

    points = read_events(raw_spec, "progress")
    assert points[-1]["loss"] < 0.9 * points[0]["loss"]
    assert all(points[0][key] > 0 for key in ("loss_clip", "loss_hni", "loss_tags"))
    # What only the losses need stays out of the package.
    assert "logit_bias" not in weights
    assert "tag_head.weight" not in weights
    package = json.loads((Path(raw_spec["output"]) / "model.json").read_text())
    for group, values in FORMS[form].items():
        assert package["training"]["recipe"][group].items() >= values.items()


def test_two_processes_learn_with_all_of_them_what_one_learns(
    raw_spec: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw_spec["recipe"] |= FORMS["siglip"] | FORMS["focal"] | FORMS["idf"] | {"steps": 6}
    alone = run(raw_spec | {"output": str(tmp_path / "alone")})

    together = run_together(raw_spec, monkeypatch)

    for name, value in alone.items():
        assert_close(together[name], value, atol=1e-5, rtol=1e-4, msg=f"{name} differs")
