"""Gradient caching (GradCache, Gao et al. 2021; open_clip's `accum_freq` without its repeated losses).

A contrastive loss needs the features of the whole batch, but the towers need not hold its activations: encode chunks
without gradients, take the loss and its gradient at the features, encode each chunk again and push that gradient on.
Loss and gradients are those of the whole batch; the price is a second forward pass.
Shape suffixes: B images, T texts (groups of B), L tokens, D embedding width.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor, nn

from trainer.model import Towers
from trainer.scale import without_sync


class Chunk(NamedTuple):
    """Images and, group by group, their texts."""

    images_BCHW: Tensor
    tokens_TL: Tensor


class WithTotal(Protocol):
    @property
    def total(self) -> Tensor: ...


L = TypeVar("L", bound=WithTotal)


def cut(whole: Chunk, size: int) -> list[Chunk]:
    """Chunks of `size` images, each with its own texts of every group."""
    groups = whole.tokens_TL.split(len(whole.images_BCHW))
    texts = zip(*(group_BL.split(size) for group_BL in groups), strict=True)
    return [Chunk(images, torch.cat(parts)) for images, parts in zip(whole.images_BCHW.split(size), texts, strict=True)]


def cached_backward(
    module: nn.Module, chunks: list[Chunk], encode: Callable[[int, Chunk], Towers], loss_of: Callable[[Towers], L]
) -> L:
    """Adds the whole batch's gradients to the parameters. `encode` must draw alike when asked twice for a chunk."""
    with torch.no_grad():
        outputs = [encode(number, chunk) for number, chunk in enumerate(chunks)]
    sizes = [len(chunk.images_BCHW) for chunk in chunks]
    leaves = _each(join(outputs, sizes), lambda output: output.detach().requires_grad_())
    losses = loss_of(leaves)
    losses.total.backward()
    gradients = part(_each(leaves, lambda leaf: torch.zeros_like(leaf) if leaf.grad is None else leaf.grad), sizes)
    for number, (chunk, gradient) in enumerate(zip(chunks, gradients, strict=True)):
        is_last = number == len(chunks) - 1
        if is_last:
            _push(encode(number, chunk), gradient, is_last=True)
        else:
            with without_sync(module):
                _push(encode(number, chunk), gradient, is_last=False)
    return losses


def join(parts: list[Towers], sizes: list[int]) -> Towers:
    """Outputs of chunks as those of one batch: rows one after the other, texts group by group, scalars once."""
    values = dict(zip(Towers._fields, zip(*parts, strict=True), strict=True))
    text_TD = _regroup(list(values.pop("text_TD")), sizes)
    rest: dict[str, Any] = {name: _rows(tensors) for name, tensors in values.items()}
    return Towers(text_TD=text_TD, **rest)


def part(whole: Towers, sizes: list[int]) -> list[Towers]:
    """The reverse of `join`."""
    text_TD = whole.text_TD
    groups = zip(*(group.split(sizes) for group in text_TD.split(sum(sizes))), strict=True)
    columns = {
        name: value.split(sizes) if value is not None and value.ndim else [value] * len(sizes)
        for name, value in whole._asdict().items()
        if name != "text_TD"
    } | {"text_TD": [torch.cat(texts) for texts in groups]}
    return [Towers(*row) for row in zip(*(columns[name] for name in Towers._fields), strict=True)]


def _each(towers: Towers, change: Callable[[Tensor], Tensor]) -> Towers:
    values: Any = (None if value is None else change(value) for value in towers)
    return Towers(*values)


def _regroup(texts: list[Tensor], sizes: list[int]) -> Tensor:
    by_chunk = [text_TD.split(size) for text_TD, size in zip(texts, sizes, strict=True)]
    return torch.cat([rows for group in zip(*by_chunk, strict=True) for rows in group])


def _rows(tensors: tuple[Tensor | None, ...]) -> Tensor | None:
    present = [tensor for tensor in tensors if tensor is not None]
    if not present:
        return None
    return torch.cat(present) if present[0].ndim else present[0]


def _push(output: Towers, gradient: Towers, *, is_last: bool) -> None:
    """Scalars are the same in every chunk and their gradient is the whole batch's: it counts once."""
    pairs = [
        (value, given)
        for value, given in zip(output, gradient, strict=True)
        if value is not None and given is not None and value.requires_grad and (value.ndim or is_last)
    ]
    torch.autograd.backward([value for value, _ in pairs], [given for _, given in pairs])
