"""The pair of tests/bench/embed.ts: the same photographs embedded by open_clip and by clip-retrieval's inference.

clip-retrieval itself pins numpy < 2, pyarrow < 16 and an older open_clip, so it can't be installed beside the rest:
`clip_retrieval_way` does, line for line, what its 2.45.0 does with a folder of images and a model of open_clip (reader,
mapper and writer of `clip_inference`, `OpenClipWrapper` of all-clip), at its defaults.
`python -m trainer.bench_embed <package> <photos.tar>` answers each line of stdin, one JSON object, with one on stdout.
"""

import base64
import io
import json
import resource
import sys
import tarfile
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from open_clip.transform import image_transform
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from trainer.model import build_clip, read_package

CLIP_RETRIEVAL_BATCH = 256


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


class Folder(Dataset[dict[str, Any]]):
    """`ImageDataset` of clip_retrieval/clip_inference/reader.py with images alone."""

    def __init__(self, photos: Photos, folder: Path) -> None:
        for number, file in enumerate(photos.files[: photos.count]):
            (folder / f"{number:06d}.jpg").write_bytes(file)
        self.files, self.transform = sorted(folder.glob("*.jpg")), photos.transform

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> dict[str, Any]:
        file = self.files[index]
        return {"image_filename": str(file), "image_tensor": self.transform(Image.open(file))}  # pyright: ignore[reportCallIssue]


def clip_retrieval_way(clip: nn.Module, folder: Folder, workers: int, output: Path) -> np.ndarray:
    ahead = 2 if workers else None
    with warnings.catch_warnings():
        # Its loader asks for pinned memory, which a machine without a GPU has none of.
        warnings.simplefilter("ignore")
        batches = DataLoader(
            folder, CLIP_RETRIEVAL_BATCH, shuffle=False, num_workers=workers, pin_memory=True, prefetch_factor=ahead
        )
        parts = []
        for item in batches:
            with torch.no_grad():
                features = clip.encode_image(item["image_tensor"].to("cpu"))  # pyright: ignore[reportCallIssue]
                features /= features.norm(dim=-1, keepdim=True)
                parts.append(features.cpu().to(torch.float16).numpy())
    embeddings = np.concatenate(parts)
    np.save(output / "img_emb_0.npy", embeddings)
    return embeddings


def main() -> None:
    package_dir, tar = map(Path, sys.argv[1:3])
    package = read_package(package_dir)
    clip = build_clip(package["architecture"], package_dir / "weights.safetensors").eval()
    photos = Photos(tar, package["image"])
    say({"photos": len(photos), "threads": torch.get_num_threads()})
    for line in sys.stdin:
        ask = json.loads(line)
        photos.count = ask["photos"]
        answer: dict[str, Any] = {}
        with tempfile.TemporaryDirectory() as temporary:
            folder = Folder(photos, Path(temporary)) if ask["what"] == "clip-retrieval" else None
            started, cpu = time.perf_counter(), cpu_seconds()
            if ask["what"] == "decode":
                for index in range(len(photos)):
                    photos[index]
            else:
                embeddings = (
                    clip_retrieval_way(clip, folder, ask["workers"], Path(temporary))
                    if folder
                    else embed(clip, photos, ask["batch"], ask["workers"])
                )
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
