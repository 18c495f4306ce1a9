"""A package's int8 twin, for faster evaluation on CPUs.

`python -m trainer.quantise <package> --images <tar> --output <folder>`. Static quantisation of the matrix products of
the image graph: weights in int8 with a scale for each channel, activations in uint8 with ranges calibrated on real
images. The twin is a model of its own (`onnx-model/1`), registered like any other: nobody gets it unasked, and what it
costs in accuracy is measured by comparing evaluations.
"""

import argparse
import io
import json
import logging
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from open_clip.transform import image_transform
from PIL import Image

from trainer.model import read_package
from trainer.spec import SpecError

BATCH = 8
PORTS = {"visual": ("image", "embedding"), "text": ("tokens", "embedding")}


def quantise_package(package_dir: Path, images: list[np.ndarray], output: Path) -> None:
    """Writes the twin of a package to `output`; `images` are CHW floats as the model takes them."""
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.calibrate import CalibrationDataReader
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            self.batches = batches_of(images)

        def get_next(self) -> dict[str, np.ndarray]:
            # None ends the calibration; the stub does not say so.
            return next(self.batches, None)  # pyright: ignore[reportReturnType]

    package = read_package(package_dir)
    output.mkdir(parents=True, exist_ok=True)
    # What it warns of is that it did not run a preparation it was given the result of.
    logging.getLogger().setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as temporary:
        prepared = Path(temporary) / "prepared.onnx"
        quant_pre_process(str(package_dir / "visual.onnx"), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(output / "visual.onnx"),
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            # Seven bits of weights: with eight, the sums of CPUs without VNNI overflow.
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
        )
    for name in ("text.onnx", "tokenizer.json"):
        shutil.copyfile(package_dir / name, output / name)
    (output / "model.json").write_text(json.dumps(describe(package), indent=2) + "\n", encoding="utf-8")


def describe(package: dict[str, Any]) -> dict[str, Any]:
    """`model.json` of the twin: the graphs of the package read as others' are, without weights to train on."""
    kept = {key: value for key, value in package.items() if key not in ("architecture", "files")}
    graphs = {tower: {"input": name, "output": output} for tower, (name, output) in PORTS.items()}
    return {**kept, "format": "onnx-model/1", "name": f"{package['name']}-int8", "graphs": graphs}


def batches_of(images: list[np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    for start in range(0, len(images), BATCH):
        yield {"image": np.stack(images[start : start + BATCH]).astype(np.float32)}


def read_images(tar: Path, image: dict[str, Any], count: int) -> list[np.ndarray]:
    """The first `count` images of a WebDataset tar, as the model takes them."""
    transform = image_transform(
        image["size"],
        is_train=False,
        mean=tuple(image["mean"]),
        std=tuple(image["std"]),
        resize_mode=image["resize"],
        interpolation=image["interpolation"],
    )
    found: list[np.ndarray] = []
    with tarfile.open(tar) as archive:
        for member in archive:
            file = (
                archive.extractfile(member)
                if member.name.lower().endswith((".jpg", ".jpeg", ".png", ".webp"))
                else None
            )
            if file and len(found) < count:
                found.append(np.asarray(transform(Image.open(io.BytesIO(file.read())))))  # pyright: ignore[reportCallIssue]
    if not found:
        raise SpecError(f"{tar} has no images to calibrate on")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="trainer.quantise", description="Make the int8 twin of a package.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--images", type=Path, required=True, help="tar of images like those it will see")
    parser.add_argument("--count", type=int, default=32, help="images to calibrate on")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        images = read_images(arguments.images, read_package(arguments.package)["image"], arguments.count)
        quantise_package(arguments.package, images, arguments.output)
    except (SpecError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{arguments.output}: calibrated on {len(images)} images")
    return 0


if __name__ == "__main__":
    sys.exit(main())
