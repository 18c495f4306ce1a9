import json
from pathlib import Path
from typing import Any

import open_clip
import pytest
import torch
from PIL import Image

from tests.conftest import COLOURS, make_spec, model_json
from trainer.augment import augment
from trainer.data import Batches, Corpus, read_corpus, tag_vocabulary
from trainer.images import ImagePlace, ImageStore, read_image
from trainer.recipe import Augment
from trainer.refiner.clip_tokenizer import write_tokenizer_json
from trainer.text import ClipTokenizer

IMAGE = {"size": 8, "resize": "squash", "interpolation": "bicubic"}


def load(raw: dict[str, Any]) -> tuple[Corpus, Batches, ClipTokenizer]:
    spec = make_spec(raw)
    package = json.loads((spec.init / "model.json").read_text())
    tokenizer = ClipTokenizer(spec.init / "tokenizer.json", package)
    corpus = read_corpus(spec, package, tokenizer)
    return corpus, Batches(corpus, spec.recipe, spec.seed), tokenizer


def test_an_epoch_shows_each_sample_once_and_the_next_in_another_order(raw_spec: dict[str, Any]) -> None:
    _, batches, _ = load(raw_spec)

    epochs = [torch.cat([batches.index(3 * epoch + i) for i in range(3)]) for epoch in range(2)]

    assert all(sorted(epoch.tolist()) == list(range(48)) for epoch in epochs)
    assert epochs[0].tolist() != epochs[1].tolist()


def test_a_batch_is_a_function_of_its_step(raw_spec: dict[str, Any]) -> None:
    one, other = load(raw_spec)[1], load(raw_spec)[1]
    _ = [one[step] for step in range(7)]

    assert torch.equal(one[7].index_B, other[7].index_B)
    assert torch.equal(one[7].tokens_TL, other[7].tokens_TL)


def test_a_rejected_sample_keeps_its_raw_text_and_has_no_negative_or_tags(raw_spec: dict[str, Any]) -> None:
    raw_spec["recipe"] |= {"positiveProbability": 1}
    corpus, batches, tokenizer = load(raw_spec)

    batch = batches[0]

    assert batch.tags_BV is not None
    for row, sample in enumerate(batch.index_B.tolist()):
        is_refined = sample % 4 != 0
        text = f"A plain {COLOURS[(sample % 24 + sample // 24) % 8]} square."
        expected = tokenizer([text])[0] if is_refined else corpus.raw_NL[sample]
        assert torch.equal(batch.tokens_TL[row], expected)
        assert batch.has_negative_KB[0, row] == is_refined
        assert (batch.tags_BV[row].sum() > 0) == is_refined
    assert torch.equal(corpus.raw_NL[4], tokenizer(["IMG_4.png black"])[0])


@pytest.mark.parametrize(("probability", "text"), [(0.0, "A plain white square."), (1.0, "white, circle")])
def test_the_negative_is_d_minus_or_the_tags(raw_spec: dict[str, Any], probability: float, text: str) -> None:
    raw_spec["recipe"]["hni"] = {"weight": 1, "tagProbability": probability}
    _, batches, tokenizer = load(raw_spec)
    sample = 31  # number 7 of shard 1: a red square, its negative a white one
    step = next(step for step in range(3) if sample in batches.index(step))

    batch = batches[step]

    row = batch.index_B.tolist().index(sample)
    assert torch.equal(batch.tokens_TL[16 + row], tokenizer([text])[0])


def test_half_the_texts_are_refined_at_probability_a_half(raw_spec: dict[str, Any]) -> None:
    raw_spec["recipe"] |= {"positiveProbability": 0.5, "batchSize": 48, "hni": {"weight": 0}}
    corpus, batches, _ = load(raw_spec)

    drawn = [batches[step] for step in range(40)]

    refined = sum(int((b.tokens_TL != corpus.raw_NL[b.index_B]).any(1).sum()) for b in drawn)
    assert 0.45 < refined / (40 * 36) < 0.55


def test_the_vocabulary_is_the_most_frequent_tags_and_equals_go_by_name() -> None:
    assert tag_vocabulary([["b", "a"], ["a", "c", "c"], []], 2) == {"a": 0, "b": 1}


def test_tokens_are_open_clips(tmp_path: Path) -> None:
    reference = open_clip.SimpleTokenizer(context_length=16)
    write_tokenizer_json(reference, tmp_path / "tokenizer.json")
    ids = {"padId": 0, "startId": reference.sot_token_id, "endId": reference.eot_token_id}
    tokenizer = ClipTokenizer(tmp_path / "tokenizer.json", model_json({}) | {"tokenizer": ids})
    texts = ["A photo of a cat.", "", "  two\n\nspaces ", "long " * 40, "don't we'll I'VE", "tab\tand\x07bell"]
    texts += [
        "caf\u00e9 \u2018quoted\u2019 \u201cdouble\u201d",
        "&amp;amp; &lt;3",
        "\ufb01ne \uff21\uff22",
        "x\u00b2 \u00bd 12345",
    ]
    texts += ["\U0001f468\u200d\U0001f469\u200d\U0001f467 family", "\u4f60\u597d \u0645\u0631\u062d\u0628\u0627"]
    texts += ["\u0394\u03a3 \u03a3\u0391\u03a3", "<b>bold</b> &amp; <i>", "x\u00b2 \u00bd 12345"]

    assert torch.equal(tokenizer(texts).long(), reference(texts))


def test_transparency_is_white_and_orientation_is_upright(tmp_path: Path) -> None:
    clear, turned = tmp_path / "clear.png", tmp_path / "turned.jpg"
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(clear)
    half = Image.new("RGB", (8, 8), "white")
    half.paste("black", (0, 0, 8, 4))
    exif = Image.Exif()
    exif[0x0112] = 3
    half.save(turned, exif=exif, quality=100)

    white = read_image(ImagePlace(clear, 0, clear.stat().st_size), IMAGE)
    upright = read_image(ImagePlace(turned, 0, turned.stat().st_size), IMAGE)

    assert (white == 255).all()
    assert upright[:, 0].min() > 200
    assert upright[:, -1].max() < 50


def test_an_undecodable_image_is_grey_and_counted(tmp_path: Path) -> None:
    (tmp_path / "shard.tar").write_bytes(b"no image at all")
    store = ImageStore([ImagePlace(tmp_path / "shard.tar", 0, 15)], IMAGE, 10**6, 1)

    assert (store[torch.tensor([0])] == 128).all()
    assert store.undecodable == {0}


def test_without_augmentation_pixels_stay_and_a_shift_moves_them() -> None:
    pixels = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
    pixels[:, :, 4, 4] = 200
    draws = torch.tensor([[0.5, 1.0, 0.5, 0.9]])

    still = augment(pixels, Augment(shift=0, scale=0), draws)
    moved = augment(pixels, Augment(shift=0.25, scale=0), draws)

    assert torch.equal(still, pixels.float())
    assert moved[0, 0].argmax() == 4 * 8 + 2
    assert moved.max() == pytest.approx(200, abs=1e-2)
