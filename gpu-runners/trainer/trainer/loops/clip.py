"""A CLIP package in a loop: as policy, as reward, as learner. Shapes: N images, T texts, D embedding width."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from trainer.export import write_package
from trainer.images import decode_image
from trainer.loops.picture import Picture, bytes_of
from trainer.model import Clip, build_clip, encode_texts, read_package
from trainer.spec import SpecError
from trainer.text import ClipTokenizer

AT_ONCE = 256


class LoadedClip:
    def __init__(self, clip: Clip, package: dict[str, Any], folder: Path) -> None:
        self.clip, self.package, self.folder = clip.eval(), package, folder
        self.tokenizer = ClipTokenizer(folder / "tokenizer.json", package)
        self.device = next(clip.parameters()).device
        image = package["image"]
        self.normal = [torch.tensor(image[key], device=self.device).view(3, 1, 1) for key in ("mean", "std")]

    @classmethod
    def load(cls, folder: Path) -> "LoadedClip":
        package = read_package(folder)
        clip = build_clip(package["architecture"], folder / "weights.safetensors")
        return cls(clip.to("cuda" if torch.cuda.is_available() else "cpu"), package, folder)

    def pixels(self, pictures: Sequence[Picture]) -> Tensor:
        raw_NCHW = np.stack([self._decode(picture) for picture in pictures])
        mean, std = self.normal
        return (torch.from_numpy(raw_NCHW).to(self.device) / 255 - mean) / std

    def tokens(self, texts: Sequence[str]) -> Tensor:
        return self.tokenizer(texts).long().to(self.device)

    def encode_images(self, pictures: Sequence[Picture]) -> Tensor:
        parts = [self.pixels(pictures[i : i + AT_ONCE]) for i in range(0, len(pictures), AT_ONCE)]
        return F.normalize(torch.cat([self.clip.encode_image(part) for part in parts]).float(), dim=-1)

    def encode_texts(self, texts: Sequence[str]) -> Tensor:
        return F.normalize(encode_texts(self.clip, self.tokens(texts)).float(), dim=-1)

    def save(self, folder: Path) -> None:
        """All files of a package, so that what a loop promotes can be evaluated and deployed as it is."""
        # The hashes of the files it was loaded from are not these files'.
        package = {key: value for key, value in self.package.items() if key != "files"}
        write_package(self.clip, package, self.folder / "tokenizer.json", folder)

    def _decode(self, picture: Picture) -> np.ndarray:
        try:
            return decode_image(bytes_of(picture), self.package["image"])
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise SpecError(f"an image of the task can't be decoded: {error}") from error
