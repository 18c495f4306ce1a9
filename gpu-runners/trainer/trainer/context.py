"""Longer texts than a model was made for, as Long-CLIP makes room for them (Zhang et al., ECCV 2024).

Shape suffixes: L positions of the model, M positions wanted, D width.
"""

from typing import Any

import torch
from torch import Tensor

KEPT = 20
"""Positions that stay: most captions end before, so these are the ones that are well trained."""
POSITIONS = ("positional_embedding", "text.positional_embedding")


def with_context(package: dict[str, Any], context: int | None) -> dict[str, Any]:
    """`model.json` and architecture for texts of `context` tokens; none leaves them as they are."""
    if context is None or context == package["context"]:
        return package
    architecture = package["architecture"]
    text = {**architecture["text_cfg"], "context_length": context}
    return {**package, "context": context, "architecture": {**architecture, "text_cfg": text}}


def fit_positions(state: dict[str, Tensor], context: int) -> dict[str, Tensor]:
    """Weights whose text positions are `context` many, stretched or cut."""
    changed = {name: stretch(state[name], context) for name in POSITIONS if name in state}
    return {**state, **changed}


def stretch(position_LD: Tensor, context: int) -> Tensor:
    """The first 20 positions as they are, the others spread linearly over the rest; past the last, its slope goes on.

    From 77 to 248 each of the other 57 becomes four, which is Long-CLIP's. A shorter context keeps the first positions.
    """
    length = len(position_LD)
    if context <= length:
        return position_LD[:context]
    kept = min(KEPT, length // 2)
    at_M = kept + torch.arange(context - kept) * ((length - kept) / (context - kept))
    below_M = at_M.long().clamp(max=length - 2)
    share_M1 = (at_M - below_M).unsqueeze(-1).to(position_LD.dtype)
    spread_MD = torch.lerp(position_LD[below_M], position_LD[below_M + 1], share_M1)
    return torch.cat([position_LD[:kept], spread_MD])
