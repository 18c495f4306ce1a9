"""The last block of a vision transformer for its class token alone. Legend: B images, L tokens, W width."""

from typing import cast

from open_clip.transformer import ResidualAttentionBlock, VisionTransformer
from torch import Tensor, nn


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


def keep_class_token(visual: nn.Module) -> bool:
    """Cuts the last block of an open_clip tower down to its class token, in place, where nothing else is read.

    Says whether it did.
    """
    if not isinstance(visual, VisionTransformer) or visual.attn_pool is not None or visual.pool_type != "tok":
        return False
    blocks = cast(nn.ModuleList, visual.transformer.resblocks)
    last = blocks[-1]
    if visual.output_tokens or type(last) is not ResidualAttentionBlock or not visual.transformer.batch_first:
        return False
    blocks[-1] = ClassTokenBlock(last)
    return True
