"""Models of others: tiny random checkpoints in the real layouts, on disk and in the hub's cache."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import open_clip
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.testing import assert_close
from transformers import CLIPModel

from tests.checkpoints import hf_config, projected, save_hf, save_open_clip
from tests.conftest import CONTEXT, architecture, model_json
from tests.runs import run
from trainer.export import write_package
from trainer.model import build_clip, read_package
from trainer.pretrained.architectures import named_architecture, write_named
from trainer.pretrained.hub import fetch_checkpoint
from trainer.pretrained.make_package import make_package
from trainer.pretrained.read_pretrained import write_pretrained
from trainer.pretrained.start import Origin, write_start
from trainer.spec import SpecError
from trainer.text import ClipTokenizer

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def hf_model() -> CLIPModel:
    torch.manual_seed(1)
    return CLIPModel(hf_config()).eval()


@pytest.fixture
def checkpoint(tmp_path: Path, hf_model: CLIPModel, tokenizer_json: Path) -> Path:
    return save_hf(hf_model, tmp_path / "checkpoint", tokenizer_json)


@pytest.mark.parametrize("change", [{}, {"hidden_act": "gelu"}, {"eos_token_id": 2}])
def test_a_clip_of_transformers_embeds_here_as_it_does_there(
    tmp_path: Path, tokenizer_json: Path, change: dict[str, Any]
) -> None:
    torch.manual_seed(2)
    theirs = CLIPModel(hf_config(**change)).eval()
    write_pretrained(save_hf(theirs, tmp_path / "hf", tokenizer_json), "ours", tmp_path)
    package = read_package(tmp_path)
    ours = build_clip(package["architecture"], tmp_path / "weights.safetensors").eval()
    images, tokens = (
        torch.randn(3, 3, 32, 32),
        ClipTokenizer(tmp_path / "tokenizer.json", package)(["a", "two words", ""]),
    )

    with torch.no_grad():
        image, text = projected(theirs.get_image_features(images)), projected(theirs.get_text_features(tokens.long()))
        assert_close(ours.encode_image(images), image, atol=1e-6, rtol=1e-5)
        assert_close(ours.encode_text(tokens), text, atol=1e-6, rtol=1e-5)
    assert_close(ours.logit_scale.data, theirs.logit_scale.data)
    assert (package["image"]["mean"], package["image"]["resize"], package["embedDim"]) == ([0.1] * 3, "shortest", 24)


def test_a_package_of_a_hub_checkpoint_is_made_from_the_hubs_cache(
    tmp_path: Path, hf_model: CLIPModel, tokenizer_json: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "cache" / "models--someone--tiny-clip"
    snapshot = home / "snapshots" / REVISION
    snapshot.mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(REVISION)
    save_hf(hf_model, snapshot, tokenizer_json)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))

    difference = make_package(
        Origin(hub_id="hf-hub:someone/tiny-clip", revision=REVISION), "tiny", tmp_path / "package"
    )

    assert fetch_checkpoint("someone/tiny-clip", REVISION, tmp_path / "cache") == snapshot
    assert difference < 1e-4
    assert read_package(tmp_path / "package")["origin"] == {"hub_id": "hf-hub:someone/tiny-clip", "revision": REVISION}
    session = ort.InferenceSession(tmp_path / "package" / "visual.onnx")
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        expected = torch.nn.functional.normalize(projected(hf_model.get_image_features(images)), dim=-1)
    assert_close(torch.tensor(np.asarray(session.run(None, {"image": images.numpy()})[0])), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("hub_id", "revision"), [("someone/tiny", "main"), ("../etc", REVISION), ("tiny", REVISION)])
def test_a_hub_id_without_owner_or_pinned_revision_is_refused(hub_id: str, revision: str) -> None:
    with pytest.raises(SpecError, match=r"pinned|owner/name"):
        fetch_checkpoint(hub_id, revision)


def test_an_open_clip_checkpoint_is_read_by_its_own_layout(tmp_path: Path, tokenizer_json: Path) -> None:
    config = architecture()
    clip = build_clip(config)
    preprocess = {"mean": [0.3] * 3, "std": [0.4] * 3, "interpolation": "bilinear", "resize_mode": "squash"}
    source = save_open_clip(clip, config, tmp_path / "open_clip", tokenizer_json, **preprocess)

    write_start(Origin(folder=source), "tiny", tmp_path / "start")

    package = read_package(tmp_path / "start")
    assert package["image"] == {
        "size": 32,
        "mean": [0.3] * 3,
        "std": [0.4] * 3,
        "resize": "squash",
        "interpolation": "bilinear",
    }
    assert package["tokenizer"] == {"padId": 0, "startId": 998, "endId": 999}
    state = load_file(tmp_path / "start" / "weights.safetensors")
    assert all(torch.equal(value, state[name]) for name, value in clip.state_dict().items())


def test_an_architecture_by_name_brings_open_clips_vocabulary(tmp_path: Path) -> None:
    write_named("ViT-B-32", tmp_path)

    package = read_package(tmp_path)
    assert package["architecture"] == open_clip.get_model_config("ViT-B-32")
    tokens = ClipTokenizer(tmp_path / "tokenizer.json", package)(["A photo of a cat"])
    assert torch.equal(tokens.long(), open_clip.tokenize(["A photo of a cat"]))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ViT-B32", "did you mean ViT-B-32"),
        ("roberta-ViT-B-32", "start from that checkpoint"),
        ("ViT-B-16-SigLIP", "start from that checkpoint"),
        ("coca_ViT-B-32", "multimodal_cfg"),
    ],
)
def test_an_architecture_that_is_unknown_or_needs_a_download_is_refused(name: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        named_architecture(name)


def small(name: str, **vision: Any) -> dict[str, Any]:
    """A config of open_clip's list with its widths cut, so that its kind of tower exports in a second."""
    config = json.loads(json.dumps(open_clip.get_model_config(name)))
    config["embed_dim"] = 16
    config["vision_cfg"] |= {"image_size": 32} | vision
    config["text_cfg"] |= {"context_length": CONTEXT, "vocab_size": 1000, "width": 32, "heads": 2, "layers": 1}
    return config


@pytest.mark.parametrize(
    ("name", "vision"),
    [
        ("ViT-B-16", {"width": 32, "head_width": 16, "layers": 1}),
        ("convnext_base", {"timm_model_name": "test_convnext.r160_in1k"}),
        ("ViT-B-16-SigLIP", {"timm_model_name": "test_vit3.r160_in1k", "image_size": 160, "timm_proj": "linear"}),
    ],
)
def test_vit_convnext_and_siglip_towers_export_and_load(
    tmp_path: Path, tokenizer_json: Path, name: str, vision: dict[str, Any]
) -> None:
    config = small(name, **vision)
    clip = build_clip(config)

    side, facts = config["vision_cfg"]["image_size"], model_json(config)
    facts["image"]["size"] = side

    difference = write_package(clip, facts, tokenizer_json, tmp_path)

    again = build_clip(read_package(tmp_path)["architecture"], tmp_path / "weights.safetensors").eval()
    images = torch.randn(2, 3, side, side)
    assert difference < 1e-4
    assert torch.equal(again.encode_image(images), clip.eval().encode_image(images))


def break_weights(checkpoint: Path, name: str, change: Any) -> None:
    state = load_file(checkpoint / "model.safetensors")
    change(state, name)
    save_file(state, checkpoint / "model.safetensors")


PROJECTION = "visual_projection.weight"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state, name: state.pop(name), "lacks visual.proj"),
        (
            lambda state, name: state.update({name: state[name][:3].clone()}),
            r"visual.proj is \[32, 3\], but .* \[32, 24\]",
        ),
        (lambda state, name: state[name].fill_(float("nan")), f"{PROJECTION} holds values that are no numbers"),
        (lambda state, name: state.update({"decoder.weight": torch.ones(1)}), "decoder.weight, which is not of a CLIP"),
    ],
)
def test_weights_that_are_missing_misshapen_or_no_numbers_are_named(
    tmp_path: Path, checkpoint: Path, change: Any, message: str
) -> None:
    break_weights(checkpoint, PROJECTION, change)

    with pytest.raises(SpecError, match=message):
        write_pretrained(checkpoint, "broken", tmp_path)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.safetensors"])
def test_a_pickle_is_refused_with_advice_whatever_its_name(tmp_path: Path, checkpoint: Path, name: str) -> None:
    (checkpoint / "model.safetensors").unlink()
    torch.save({"logit_scale": torch.ones(())}, checkpoint / name)

    with pytest.raises(SpecError, match=r"pickle, which can run code.*weights_only=True.*model.safetensors"):
        write_pretrained(checkpoint, "pickle", tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": "siglip"}, "only clip can be converted"),
        ({"text_config": {"eos_token_id": 7, "vocab_size": 1000}}, "eos_token_id is 7"),
        ({"vision_config": {"hidden_act": "relu"}}, "hidden_act"),
    ],
)
def test_a_config_that_is_no_clip_of_ours_is_refused(
    tmp_path: Path, checkpoint: Path, change: dict[str, Any], message: str
) -> None:
    config = json.loads((checkpoint / "config.json").read_text())
    (checkpoint / "config.json").write_text(json.dumps(config | change))

    with pytest.raises(SpecError, match=message):
        write_pretrained(checkpoint, "other", tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"architecture": {"text_cfg": {"vocab_size": 900}}}, "ids up to 999, but the token embedding has 900 rows"),
        ({"tokenizer": {"padId": 0, "startId": 4000, "endId": 999}}, "startId is 4000, which tokenizer.json does not"),
        ({"tokenizer": {"padId": 0, "startId": 998, "endId": 5}}, "texts are read at the largest, 999"),
    ],
)
def test_a_tokenizer_that_does_not_fit_is_refused(tokenizer_json: Path, change: dict[str, Any], message: str) -> None:
    package = model_json(architecture()) | change

    with pytest.raises(SpecError, match=message):
        ClipTokenizer(tokenizer_json, package)


@pytest.mark.parametrize("name", ["model.json", "tokenizer.json", "weights.safetensors"])
def test_a_package_that_lacks_a_file_says_which(
    tmp_path: Path, raw_spec: dict[str, Any], init: Path, name: str
) -> None:
    for file in ("model.json", "tokenizer.json", "weights.safetensors"):
        if file != name:
            (tmp_path / file).write_bytes((init / file).read_bytes())

    with pytest.raises(SpecError, match=f"{name} is missing"):
        run(raw_spec | {"init": str(tmp_path)})
