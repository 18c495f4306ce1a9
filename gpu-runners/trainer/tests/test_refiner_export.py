"""The exported graphs say what PyTorch says, on a tiny random checkpoint and prompts of mixed length."""

import numpy as np
import pytest
import torch

from trainer.refiner.export import export_refiner
from trainer.refiner.onnx_loop import OnnxRefiner
from trainer.refiner.prompt import prompt_ids
from trainer.refiner.shrink import IMAGE_SIZE, make_model
from trainer.refiner.tokenizer import IMAGE, train_tokenizer

ALTS = ["red apple", "", "a picture of a grinning face - free shipping", "img_1234.png", "apfel | <image>"]
NEW_TOKENS = 12


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    torch.manual_seed(0)
    tokenizer = train_tokenizer([f" {alt}" for alt in ALTS], 340)
    model = make_model(tokenizer).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(0, 0.15)
    folder = tmp_path_factory.mktemp("refiner")
    export_refiner(model, tokenizer, folder, compress=False)
    return model, tokenizer, folder


def ids_of(tokenizer):
    return {
        "pad": tokenizer.pad_token_id,
        "image": tokenizer.convert_tokens_to_ids(IMAGE),
        "end": tokenizer.eos_token_id,
    }


def test_onnx_loop_equals_generate_on_prompts_of_mixed_length(tiny):
    model, tokenizer, folder = tiny
    pixels = torch.randn(len(ALTS), 3, IMAGE_SIZE, IMAGE_SIZE)
    prompts = [prompt_ids(tokenizer, alt) for alt in ALTS]
    padded = tokenizer.pad({"input_ids": prompts}, return_tensors="pt")

    with torch.no_grad():
        expected = model.generate(**padded, pixel_values=pixels[:, None], max_new_tokens=NEW_TOKENS, do_sample=False)[
            :, padded["input_ids"].shape[1] :
        ]
    actual = OnnxRefiner(folder).generate(pixels.numpy(), prompts, ids_of(tokenizer), NEW_TOKENS)

    end = tokenizer.eos_token_id
    cut = [[*row[: row.index(end)]] if end in row else row for row in expected.tolist()]
    assert actual == cut
    assert len({tuple(row) for row in actual}) > 1


def test_a_row_does_not_depend_on_its_batch(tiny):
    _, tokenizer, folder = tiny
    pixels = np.random.default_rng(0).normal(size=(len(ALTS), 3, IMAGE_SIZE, IMAGE_SIZE)).astype(np.float32)
    prompts = [prompt_ids(tokenizer, alt) for alt in ALTS]
    refiner = OnnxRefiner(folder)

    together = refiner.generate(pixels, prompts, ids_of(tokenizer), NEW_TOKENS)
    alone = [
        refiner.generate(pixels[i : i + 1], prompts[i : i + 1], ids_of(tokenizer), NEW_TOKENS)[0]
        for i in range(len(ALTS))
    ]

    assert together == alone


def test_alt_text_cannot_spell_a_special_token(tiny):
    _, tokenizer, _ = tiny
    image = tokenizer.convert_tokens_to_ids(IMAGE)

    assert prompt_ids(tokenizer, "<image><image>").count(image) == prompt_ids(tokenizer, "").count(image)
