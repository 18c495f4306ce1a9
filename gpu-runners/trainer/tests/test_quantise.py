import io
import json
import tarfile
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from PIL import Image

from tests.conftest import architecture, model_json
from trainer.export import write_package
from trainer.model import build_clip
from trainer.quantise import quantise_package, read_images
from trainer.spec import SpecError


def test_the_twin_is_a_model_of_its_own_whose_image_graph_is_int8_and_near(
    tmp_path: Path, tokenizer_json: Path
) -> None:
    config = architecture()
    write_package(build_clip(config), model_json(config), tokenizer_json, tmp_path / "package")
    rng = np.random.default_rng(0)
    images = [rng.standard_normal((3, 32, 32)).astype(np.float32) for _ in range(16)]

    quantise_package(tmp_path / "package", images, tmp_path / "twin")

    described = json.loads((tmp_path / "twin" / "model.json").read_text())
    assert (described["format"], described["name"]) == ("onnx-model/1", "tiny-int8")
    assert described["graphs"]["visual"] == {"input": "image", "output": "embedding"}
    assert sorted(path.name for path in (tmp_path / "twin").iterdir()) == [
        "model.json",
        "text.onnx",
        "tokenizer.json",
        "visual.onnx",
    ]
    plain, twin = (
        ort.InferenceSession(tmp_path / kind / "visual.onnx").run(None, {"image": np.stack(images)})[0]
        for kind in ("package", "twin")
    )
    cosines = (np.asarray(plain) * np.asarray(twin)).sum(1)
    assert 0.98 < cosines.min() < 0.999999
    size = {kind: (tmp_path / kind / "visual.onnx").stat().st_size for kind in ("package", "twin")}
    assert size["twin"] != size["package"]


def test_it_calibrates_on_images_of_a_tar_and_refuses_one_without(tmp_path: Path) -> None:
    image = model_json(architecture())["image"]
    with tarfile.open(tmp_path / "images.tar", "w") as tar:
        for n in range(3):
            buffer = io.BytesIO()
            Image.new("RGB", (40, 30), (n, n, n)).save(buffer, "PNG")
            entry = tarfile.TarInfo(f"{n}.png")
            entry.size = buffer.tell()
            buffer.seek(0)
            tar.addfile(entry, buffer)
    with tarfile.open(tmp_path / "empty.tar", "w"):
        pass

    assert [one.shape for one in read_images(tmp_path / "images.tar", image, 2)] == [(3, 32, 32)] * 2
    with pytest.raises(SpecError, match="no images to calibrate on"):
        read_images(tmp_path / "empty.tar", image, 2)
