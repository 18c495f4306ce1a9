"""The pair of tests/bench/embed.ts: the same photographs embedded by open_clip, PyTorch and Pillow.

`python -m trainer.bench_embed <package> <photos.tar>` answers each line of stdin, one JSON object, with one on stdout.
"""

import base64
import io
import json
import resource
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from open_clip.transform import image_transform
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from trainer.model import build_clip, read_package


class Photos(Dataset[Tensor]):
    def __init__(self, tar: Path, image: dict[str, Any]) -> None:
        with tarfile.open(tar) as archive:
            members = [member for member in archive if member.name.endswith(".jpg")]
            self.files = [file.read() for member in members if (file := archive.extractfile(member))]
        self.count = len(self.files)
        self.transform = image_transform(
            image["size"],
            is_train=False,
            mean=tuple(image["mean"]),
            std=tuple(image["std"]),
            resize_mode=image["resize"],
            interpolation=image["interpolation"],
        )

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Tensor:
        with Image.open(io.BytesIO(self.files[index])) as photo:
            return self.transform(photo)  # pyright: ignore[reportReturnType, reportCallIssue]


@torch.inference_mode()
def embed(clip: nn.Module, photos: Photos, batch: int, workers: int) -> np.ndarray:
    parts = [clip.encode_image(images, normalize=True) for images in DataLoader(photos, batch, num_workers=workers)]  # pyright: ignore[reportCallIssue]
    return torch.cat(parts).numpy()


def main() -> None:
    package_dir, tar = map(Path, sys.argv[1:3])
    package = read_package(package_dir)
    clip = build_clip(package["architecture"], package_dir / "weights.safetensors").eval()
    photos = Photos(tar, package["image"])
    say({"photos": len(photos), "threads": torch.get_num_threads()})
    for line in sys.stdin:
        ask = json.loads(line)
        photos.count = ask["photos"]
        started, cpu = time.perf_counter(), cpu_seconds()
        answer: dict[str, Any] = {}
        if ask["what"] == "decode":
            for index in range(len(photos)):
                photos[index]
        else:
            embeddings = embed(clip, photos, ask["batch"], ask["workers"])
            answer["embeddings"] = base64.b64encode(embeddings.astype("<f4").tobytes()).decode()
        say({"seconds": time.perf_counter() - started, "cpuSeconds": cpu_seconds() - cpu, **answer})


def cpu_seconds() -> float:
    """Of this process and of the workers it has seen end."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
