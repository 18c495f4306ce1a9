"""Which samples are held out of training, by seed and uid alone: the same ones in every order and shard layout."""

import hashlib

import torch
from torch import Tensor

SCALE = 2**56


def is_held_out(uid: str, *, seed: int, share: float) -> bool:
    digest = hashlib.sha256(f"{seed} holdout {uid}".encode()).digest()
    return int.from_bytes(digest[:7], "big") < share * SCALE


def split(uids: list[str], *, seed: int, share: float) -> tuple[Tensor, Tensor]:
    """Indices of the samples to train on and of those held out, both ascending. Duplicates of a uid stay together."""
    held_N = torch.tensor([is_held_out(uid, seed=seed, share=share) for uid in uids], dtype=torch.bool)
    return (~held_N).nonzero().squeeze(1), held_N.nonzero().squeeze(1)
