"""Seconds to export a package and to load it again: `python -m trainer.bench_package [architecture of open_clip]`.

Both towers are exported and checked against PyTorch; loading is weights into PyTorch and both graphs into onnxruntime.
CPU seconds are printed beside wall clock, which counts whatever else the machine does.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import onnxruntime as ort
import torch

from trainer.export import write_package
from trainer.model import build_clip, read_package
from trainer.pretrained.architectures import write_named

# For each of both, by wall clock.
GOAL_SECONDS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description="Print how long a package takes to write and to load.")
    parser.add_argument("architecture", nargs="?", default="ViT-B-32")
    architecture = parser.parse_args().architecture
    with tempfile.TemporaryDirectory() as temporary:
        start, folder = Path(temporary) / "start", Path(temporary) / "package"
        start.mkdir()
        write_named(architecture, start)
        package = read_package(start)
        torch.manual_seed(0)
        clip = build_clip(package["architecture"])
        wall, cpu = time.perf_counter(), time.process_time()
        write_package(clip, package, start / "tokenizer.json", folder)
        export = time.perf_counter() - wall, time.process_time() - cpu
        wall, cpu = time.perf_counter(), time.process_time()
        build_clip(read_package(folder)["architecture"], folder / "weights.safetensors")
        for graph in ("visual.onnx", "text.onnx"):
            ort.InferenceSession(folder / graph, providers=["CPUExecutionProvider"])
        load = time.perf_counter() - wall, time.process_time() - cpu
    names = ("exportSeconds", "exportCpuSeconds", "loadSeconds", "loadCpuSeconds")
    figures = {name: round(seconds, 2) for name, seconds in zip(names, (*export, *load), strict=True)}
    verdicts = {
        f"{what}Verdict": "met" if figures[f"{what}Seconds"] < GOAL_SECONDS else "MISSED" for what in ("export", "load")
    }
    print(json.dumps({"architecture": architecture, **figures, **verdicts}))


if __name__ == "__main__":
    main()
