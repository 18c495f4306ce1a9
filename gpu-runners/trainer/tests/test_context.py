import json
from pathlib import Path
from typing import Any

import onnxruntime as ort
import pytest
import torch
from safetensors.torch import load_file
from torch.testing import assert_close

from tests.conftest import CONTEXT
from tests.runs import run
from trainer.context import stretch
from trainer.model import build_clip, read_package
from trainer.text import ClipTokenizer


def test_from_77_to_248_positions_are_long_clips() -> None:
    old = torch.randn(77, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = [*old[:20]]
    for i in range(20, 76):
        expected += [old[i] + quarter / 4 * (old[i + 1] - old[i]) for quarter in range(4)]
    expected += [old[76] + quarter / 4 * (old[76] - old[75]) for quarter in range(4)]

    assert_close(stretch(old, 248), torch.stack(expected))


@pytest.mark.parametrize("context", [16, 17, 40, 100, 248])
def test_any_length_keeps_the_first_positions_and_the_order_of_the_others(context: int) -> None:
    old = torch.arange(16.0).unsqueeze(-1)

    new = stretch(old, context).squeeze(-1)

    assert len(new) == context
    assert_close(new[:8], torch.arange(8.0))
    assert (new.diff() > 0).all()


def test_a_shorter_context_is_the_beginning() -> None:
    old = torch.randn(16, 4)

    assert torch.equal(stretch(old, 9), old[:9])


def test_before_it_is_trained_a_longer_model_says_of_short_texts_what_the_old_one_says(init: Path) -> None:
    package = read_package(init)
    tokens = ClipTokenizer(init / "tokenizer.json", package)(["a red square", "blue"]).long()
    long = json.loads(json.dumps(package["architecture"]))
    long["text_cfg"]["context_length"] = 60

    old = build_clip(package["architecture"], init / "weights.safetensors").eval()
    new = build_clip(long, init / "weights.safetensors", 60).eval()

    wide = torch.nn.functional.pad(tokens, (0, 60 - CONTEXT))
    assert (tokens != 0).sum(-1).max() <= 8
    assert_close(new.encode_text(wide), old.encode_text(tokens))


def test_a_training_with_a_longer_context_leaves_a_package_that_reads_longer_texts(raw_spec: dict[str, Any]) -> None:
    raw_spec["recipe"] |= {"steps": 3, "context": 60}

    weights = run(raw_spec)

    folder = Path(raw_spec["output"])
    package = read_package(folder)
    tokenizer = ClipTokenizer(folder / "tokenizer.json", package)
    texts = ["red " * 40 + end for end in ("blue", "green")]
    rows = tokenizer(texts).long()
    assert package["context"] == rows.shape[1] == 60
    assert weights["positional_embedding"].shape[0] == 60
    session = ort.InferenceSession(folder / "text.onnx")
    (embedding,) = session.run(["embedding"], {"tokens": rows.numpy()})
    clip = build_clip(package["architecture"], folder / "weights.safetensors").eval()
    expected = torch.nn.functional.normalize(clip.encode_text(rows), dim=-1)
    assert_close(torch.tensor(embedding), expected, atol=1e-4, rtol=0)
    assert not torch.allclose(expected[0], expected[1])
    assert load_file(folder / "weights.safetensors").keys() == weights.keys()
