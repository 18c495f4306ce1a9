import json
import warnings
from pathlib import Path

import onnx
import onnxruntime as ort
import pytest
import torch
from torch.testing import assert_close

from tests.conftest import architecture, model_json
from trainer import export, onnx_file
from trainer.model import build_clip, read_package
from trainer.onnx_file import write_onnx
from trainer.spec import SpecError


def test_a_tower_with_batch_norm_exports_as_it_evaluates(tmp_path: Path, tokenizer_json: Path) -> None:
    config = architecture("test_resnet.r160_in1k")
    clip = build_clip(config).train()
    clip.encode_image(torch.randn(8, 3, 32, 32))

    difference = export.write_package(clip, model_json(config), tokenizer_json, tmp_path)

    assert difference < 1e-4
    package = read_package(tmp_path)
    assert package["logitScale"] == pytest.approx(1 / 0.07, rel=1e-5)
    again = build_clip(package["architecture"], tmp_path / "weights.safetensors").eval()
    image = torch.randn(2, 3, 32, 32)
    assert torch.equal(again.encode_image(image), clip.eval().encode_image(image))


def test_a_graph_that_differs_from_pytorch_is_refused(
    tmp_path: Path, tokenizer_json: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "TOLERANCE", 0.0)

    with pytest.raises(RuntimeError, match=r"visual.onnx differs from PyTorch by"):
        export.write_package(build_clip(architecture()), model_json(architecture()), tokenizer_json, tmp_path)
    assert not (tmp_path / "visual.onnx").exists()


@pytest.mark.parametrize("timm_name", [None, "test_resnet.r160_in1k"])
def test_the_graph_is_whole_and_gives_what_torchs_own_export_gives(tmp_path: Path, timm_name: str | None) -> None:
    encoder = export.ImageEncoder(build_clip(architecture(timm_name))).eval()
    image, (ours, theirs) = torch.randn(3, 3, 32, 32), (tmp_path / name for name in ("ours.onnx", "theirs.onnx"))
    before = {name: value.clone() for name, value in encoder.state_dict().items()}

    embedding = write_onnx(encoder, "image", image, ours)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(encoder, (image,), str(theirs), input_names=["image"], opset_version=18, dynamo=False)

    onnx.checker.check_model(ours, full_check=True)
    found, expected = (ort.InferenceSession(path).run(None, {"image": image.numpy()})[0] for path in (ours, theirs))
    assert_close(torch.tensor(found), torch.tensor(expected), atol=1e-6, rtol=1e-5)
    assert_close(embedding, encoder(image).detach())
    assert all(torch.equal(value, before[name]) for name, value in encoder.state_dict().items())
    assert all(isinstance(value, torch.nn.Parameter) for value in encoder.clip.visual.parameters())


def test_a_model_whose_weights_are_frozen_exports_too(tmp_path: Path, tokenizer_json: Path) -> None:
    clip = build_clip(architecture()).requires_grad_(False)

    assert export.write_package(clip, model_json(architecture()), tokenizer_json, tmp_path) < 1e-4


def test_a_tower_larger_than_an_onnx_file_can_hold_is_refused(
    tmp_path: Path, tokenizer_json: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_file, "MAX_BYTES", 10_000)

    with pytest.raises(SpecError, match="holds up to 2 GiB"):
        export.write_package(build_clip(architecture()), model_json(architecture()), tokenizer_json, tmp_path)


@pytest.mark.parametrize(
    ("tower", "change"),
    [
        ("text_cfg", {"hf_model_name": "roberta-base"}),
        ("vision_cfg", {"timm_model_name": "hf-hub:someone/something"}),
        ("vision_cfg", {"timm_model_name": "local-dir:/etc"}),
        ("vision_cfg", {"timm_model_name": "no_such_model"}),
        ("vision_cfg", {"no_such_key": 1}),
    ],
)
def test_an_architecture_that_would_download_or_does_not_exist_is_refused(tower: str, change: dict[str, str]) -> None:
    config = architecture()
    config[tower] |= change

    with pytest.raises(SpecError):
        build_clip(config)


def test_weights_of_another_architecture_are_refused(init: Path) -> None:
    config = architecture()
    config["vision_cfg"]["width"] = 64

    with pytest.raises(SpecError, match=r"weights.safetensors: visual.* but the architecture needs"):
        build_clip(config, init / "weights.safetensors")


def test_a_model_json_at_odds_with_its_architecture_is_refused(tmp_path: Path) -> None:
    package = model_json(architecture())
    package["context"] = 77
    (tmp_path / "model.json").write_text(json.dumps(package))

    with pytest.raises(SpecError, match="context is 77 but the architecture says 16"):
        read_package(tmp_path)
