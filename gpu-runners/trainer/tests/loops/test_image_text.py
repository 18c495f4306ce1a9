"""A tiny Idefics3 with random weights in the files of a real checkpoint: it draws and learns."""

import io
from pathlib import Path

import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from tests.loops.pictures import write_version
from tests.loops.small_models import make_small_vlm
from tests.loops.tables import run_learn, run_sample, write_training
from trainer.loops.image_text import ImageTextModel
from trainer.loops.picture import bytes_of
from trainer.loops.policy import Ask, Prompt
from trainer.spec import SpecError


def picture(colour: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (24, 24), colour).save(data, "PNG")
    return data.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_small_vlm(tmp_path_factory.mktemp("vlm"))


def asks(count: int, temperature: float = 1.0) -> list[Ask]:
    prompts = [Prompt("what", picture("red")), Prompt("what is it called", picture("blue"))]
    return [Ask(prompt, temperature, i, 5) for prompt in prompts for i in range(count)]


def test_greedy_texts_are_those_of_generate(folder):
    policy, processor = ImageTextModel.load(folder), AutoProcessor.from_pretrained(folder)
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)

    for ask, drawn in zip(asks(1, 0), policy.draw(asks(1, 0)), strict=True):
        assert ask.prompt.image
        image = Image.open(io.BytesIO(bytes_of(ask.prompt.image))).convert("RGB")
        words = f"<user><image> {ask.prompt.text}<assistant>"
        inputs = processor(text=[words], images=[[image]], return_tensors="pt", add_special_tokens=False)
        out = model.generate(**inputs, max_new_tokens=5, do_sample=False, pad_token_id=policy.pad)
        said = [i for i in out[0, inputs["input_ids"].shape[1] :].tolist() if i not in (policy.end, policy.pad)]
        assert drawn.text == policy.tokenizer.decode(said).strip()


def test_what_is_seen_matters_and_neighbours_do_not(folder):
    policy = ImageTextModel.load(folder)

    together = policy.draw(asks(6))
    alone = [policy.draw([ask])[0] for ask in asks(6)]
    with torch.no_grad():
        found, _ = policy.token_log_probs([(Prompt("what", picture(colour)), "red") for colour in ("red", "blue")])

    assert [text.text for text in together] == [text.text for text in alone]
    assert [text.log_prob for text in together] == pytest.approx([text.log_prob for text in alone], abs=1e-3)
    assert abs(float(found[0].sum() - found[1].sum())) > 1e-4


@pytest.mark.parametrize("lora", [None, {"rank": 4, "alpha": 8, "dropout": 0}])
def test_it_learns_from_pictures_of_a_version(folder, tmp_path, lora):
    task = write_version(tmp_path)
    rows = [{"query_id": f"u{i}", "prompt": "what", "target": "red"} for i in (1, 2, 5)]
    learning = {"objective": "sft", "from": "current", "steps": 30, "batchSize": 3, "learningRate": 0.02, "lora": lora}
    done = run_learn(
        {
            "policy_kind": "image-text",
            "slot": "policy",
            "start": str(folder),
            "training": write_training(tmp_path / "training.parquet", rows),
            "task": task,
            "learning": learning,
            "seed": 1,
            "output": str(tmp_path / "learned"),
        }
    )

    assert done["summary"]["loss"] < done["summary"]["firstLoss"] / 2
    assert sorted(done["files"]) == sorted(path.name for path in folder.iterdir())
    drawn = run_sample(
        {
            "policy": {"kind": "image-text", "folder": str(tmp_path / "learned")},
            "task": task,
            "draw": {"split": "held-out", "count": 2, "maxTokens": 4},
            "score": {"reward": {"kind": "none"}},
            "seed": 2,
            "output": str(tmp_path / "samples.parquet"),
        }
    )
    assert len(drawn) == 12
    assert all("JSON" in row["prompt"] and row["draft"] in row["prompt"] for row in drawn)


def test_a_prompt_without_an_image_is_refused(folder):
    with pytest.raises(SpecError, match="needs an image"):
        ImageTextModel.load(folder).draw([Ask(Prompt("what"), 1.0, 0, 3)])
