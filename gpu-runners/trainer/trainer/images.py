"""Images of shards at the model's size. Shape suffixes: N samples, B batch, C channels, H and W pixels."""

import io
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF")
FILTERS = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
MAX_PIXELS = 64_000_000


@dataclass(frozen=True)
class ImagePlace:
    """Where the bytes of one image lie in a shard."""

    shard: Path
    offset: int
    size: int


def read_bytes(place: ImagePlace) -> bytes:
    with place.shard.open("rb") as file:
        file.seek(place.offset)
        return file.read(place.size)


def read_image(place: ImagePlace, image: dict[str, Any]) -> np.ndarray:
    return decode_image(read_bytes(place), image)


def decode_image(data: bytes, image: dict[str, Any]) -> np.ndarray:
    """Decodes as the evaluator does: upright, transparency on white, resized by `image` of model.json."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise ValueError(f"image has more than {MAX_PIXELS} pixels")
        upright = ImageOps.exif_transpose(opened)
        if upright.mode.startswith("I"):
            upright = upright.point(lambda value: value / 256).convert("L")
        if upright.has_transparency_data:
            rgba = upright.convert("RGBA")
            upright = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
        rgb, side, method = upright.convert("RGB"), image["size"], FILTERS[image["interpolation"]]
        squash = image["resize"] == "squash"
        small = rgb.resize((side, side), method) if squash else ImageOps.fit(rgb, (side, side), method)
    return np.asarray(small).transpose(2, 0, 1)


class ImageStore:
    """Batches of uint8 pixels: decoded once and kept while that fits in `cache_bytes`, else decoded per batch.

    An image that can't be decoded is grey and counted, so that one bad sample never stops a run.
    """

    def __init__(self, places: list[ImagePlace], image: dict[str, Any], cache_bytes: int, threads: int) -> None:
        self.places, self.image = places, image
        self.undecodable: set[int] = set()
        self.pool = ThreadPoolExecutor(threads)
        self.coming: tuple[list[int], list[Future[np.ndarray]]] | None = None
        is_cached = len(places) * 3 * image["size"] ** 2 <= cache_bytes
        self.pixels_NCHW = self._decode(list(range(len(places)))) if is_cached else None

    def prefetch(self, index_B: Tensor) -> None:
        """Starts decoding the next batch, if there is anything to decode."""
        if self.pixels_NCHW is None:
            index = index_B.tolist()
            self.coming = index, [self.pool.submit(self._read, i) for i in index]

    def __getitem__(self, index_B: Tensor) -> Tensor:
        if self.pixels_NCHW is not None:
            return self.pixels_NCHW[index_B]
        index = index_B.tolist()
        if self.coming and self.coming[0] == index:
            return torch.from_numpy(np.stack([future.result() for future in self.coming[1]]))
        return self._decode(index)

    def _decode(self, index: list[int]) -> Tensor:
        side = self.image["size"]
        pixels_NCHW = np.empty((len(index), 3, side, side), dtype=np.uint8)
        for row, pixels_CHW in enumerate(self.pool.map(self._read, index)):
            pixels_NCHW[row] = pixels_CHW
        return torch.from_numpy(pixels_NCHW)

    def _read(self, i: int) -> np.ndarray:
        try:
            return read_image(self.places[i], self.image)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            self.undecodable.add(i)
            return np.full((3, self.image["size"], self.image["size"]), 128, dtype=np.uint8)
