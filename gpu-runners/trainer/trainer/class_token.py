"""The last block of a vision transformer for its class token alone. Legend: B images, L tokens, W width."""

import copy
from typing import TypeVar, cast

from open_clip.transformer import ResidualAttentionBlock, VisionTransformer
from torch import Tensor, nn

Module = TypeVar("Module", bound=nn.Module)


class ClassTokenBlock(nn.Module):
    """What `block` gives for the first token: the others are only looked at, so nothing else is worked out for them."""

    def __init__(self, block: ResidualAttentionBlock) -> None:
        super().__init__()
        self.block = block

    def forward(self, x_BLW: Tensor, attn_mask: Tensor | None = None) -> Tensor:
        block = self.block
        seen_BLW = block.ln_1(x_BLW)
        first_B1W = block.attn(seen_BLW[:, :1], seen_BLW, seen_BLW, need_weights=False)[0]
        x_B1W = x_BLW[:, :1] + block.ls_1(first_B1W)
        return x_B1W + block.ls_2(block.mlp(block.ln_2(x_B1W)))


def for_class_token(visual: nn.Module) -> nn.Module:
    """The tower with its last block cut down to the class token, where nothing else is read; else the tower itself.

    Weights and all other modules are shared with it.
    """
    if not isinstance(visual, VisionTransformer) or visual.attn_pool is not None or visual.pool_type != "tok":
        return visual
    *blocks, last = cast(nn.ModuleList, visual.transformer.resblocks)
    if visual.output_tokens or type(last) is not ResidualAttentionBlock or not visual.transformer.batch_first:
        return visual
    transformer = with_modules(visual.transformer, resblocks=nn.ModuleList([*blocks, ClassTokenBlock(last)]))
    return with_modules(visual, transformer=transformer)


def with_modules(module: Module, **others: nn.Module) -> Module:
    """A module that is `module` but for these of its own modules."""
    twin = copy.copy(module)
    twin._modules = {**module._modules, **others}
    return twin
