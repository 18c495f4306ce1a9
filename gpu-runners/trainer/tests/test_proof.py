import random
from collections import Counter

import pytest
import torch

from recipes.proof.score import pairs, retrieval, zero_shot
from recipes.proof.table import interval, table
from recipes.proof.texts import CLASSES, NOISE, Seen, alt_text, contradiction, mentioned

EYE = torch.eye(4)
INDEX = {"a": 0, "b": 1, "c": 2, "d": 3}


def encode(texts: list[str]) -> torch.Tensor:
    return torch.stack([EYE[INDEX[text]] for text in texts])


def test_alt_texts_are_as_wrong_as_said() -> None:
    texts = [alt_text(3, random.Random(f"{i}")) for i in range(4000)]

    named = Counter(mentioned(text) for text in texts)

    # A cut text may still hold a short name whole.
    assert NOISE["right"] - 0.03 < named[3] / 4000 < NOISE["right"] + NOISE["cut"]
    assert sum(count for i, count in named.items() if i not in (3, len(CLASSES))) / 4000 == pytest.approx(
        0.25, abs=0.03
    )


def test_a_contradiction_shares_nothing_with_what_is_seen() -> None:
    seen = Seen("cat", "brown", "green")

    for i in range(100):
        other = contradiction(seen, ["ship", "dog"], random.Random(i))
        assert all(mine != theirs for mine, theirs in zip(seen, other, strict=True))


def test_scores_of_perfect_blind_and_reversed_encoders() -> None:
    images, labels = EYE[[0, 1, 2, 3, 0]], [0, 1, 2, 3, 0]
    captions = ["a", "b", "c", "d", "a"]
    wrong = ["b", "c", "d", "a", "b"]

    assert zero_shot(images, labels, ["a", "b", "c", "d"], encode) == 100
    assert zero_shot(images.roll(1, 1), labels, ["a", "b", "c", "d"], encode) == 0
    assert retrieval(images, captions, encode) == 100
    assert pairs(images, captions, wrong, encode) == 100
    assert pairs(images, wrong, captions, encode) == 0
    assert pairs(torch.ones(5, 4), captions, wrong, encode) == 0  # a tie is not right


def test_intervals_are_students_and_a_gain_is_bold_where_zero_is_out() -> None:
    mean, half = interval([1.0, 2.0, 3.0])
    results = {"raw": {0: {"x": 10.0}, 1: {"x": 20.0}}, "all": {0: {"x": 15.0}, 1: {"x": 25.2}, 2: {"x": 0.0}}}

    text = table(results, ["x"])

    assert (mean, half) == (2.0, pytest.approx(4.303 / 3**0.5))
    assert "| raw | 2 | 15.0 ± 63.5 |" in text
    assert "| all less raw | 2 | **+5.1 ± 1.3** |" in text
