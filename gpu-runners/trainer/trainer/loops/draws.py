"""Randomness that belongs to a row, not to its place in a batch: the same text whatever else is drawn beside it."""

import hashlib

import numpy as np


def derive_seed(*parts: object) -> int:
    """A 128-bit key from what names a draw."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()[:16], "little")


def uniforms(seed: int, count: int) -> np.ndarray:
    """`count` numbers in [0, 1) of the draw `seed`."""
    return np.random.Generator(np.random.Philox(key=seed)).random(count)
