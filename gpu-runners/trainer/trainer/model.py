"""The CLIP being trained: an open_clip model built from its config, never from a download or a pickle."""

import json
import math
import re
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
import torch.nn.functional as F
from open_clip.model import CLIP, CustomTextCLIP
from open_clip.transformer import text_global_pool
from torch import Tensor, nn

from trainer.context import fit_positions
from trainer.recipe import Contrastive
from trainer.spec import SpecError
from trainer.weights import load_weights, read_weights

PLAIN = Contrastive()
Clip = CLIP | CustomTextCLIP
TEXT_GROUPS = 4
CONFIG_KEYS = {
    "embed_dim",
    "vision_cfg",
    "text_cfg",
    "quick_gelu",
    "custom_text",
    "init_logit_scale",
    "init_logit_bias",
}


class Towers(NamedTuple):
    """Unit vectors of a batch. Shape suffixes: B images, T texts, D embedding width, V tag vocabulary."""

    image_BD: Tensor
    text_TD: Tensor
    tag_logits_BV: Tensor | None
    scale: Tensor
    bias: Tensor | None = None


class Trainee(nn.Module):
    """A CLIP with what only its losses need, which stays out of the package: the tag head and, for SigLIP, a bias."""

    def __init__(self, clip: Clip, embed_dim: int, tag_count: int, contrastive: Contrastive = PLAIN) -> None:
        super().__init__()
        self.clip = clip
        self.tag_head = nn.Linear(embed_dim, tag_count) if tag_count else None
        needs_bias = contrastive.form == "siglip" and clip.logit_bias is None
        self.logit_bias = nn.Parameter(torch.tensor(contrastive.initial_bias)) if needs_bias else None
        if clip.logit_bias is not None and contrastive.form != "siglip":
            # A softmax is blind to it, and a parameter without a gradient stops processes that average gradients.
            clip.logit_bias.requires_grad_(False)
        if contrastive.initial_scale is not None:
            nn.init.constant_(clip.logit_scale, math.log(contrastive.initial_scale))

    def forward(self, images_BCHW: Tensor, tokens_TL: Tensor) -> Towers:
        image_BD = self.clip.encode_image(images_BCHW).float()
        text_TD = encode_texts(self.clip, tokens_TL).float()
        return Towers(
            F.normalize(image_BD, dim=-1),
            F.normalize(text_TD, dim=-1),
            self.tag_head(image_BD) if self.tag_head else None,
            self.clip.logit_scale.exp(),
            self.clip.logit_bias if self.logit_bias is None else self.logit_bias,
        )


def encode_texts(clip: Clip, tokens_TL: Tensor) -> Tensor:
    """`clip.encode_text`, faster: in groups of like length, each cut to its longest text.

    Padding stands behind the end token, where a causal tower that reads its answer at the end token never looks.
    """
    if not isinstance(clip, CLIP) or clip.text_pool_type != "argmax" or clip.attn_mask is None:
        return clip.encode_text(tokens_TL)
    length_T = tokens_TL.argmax(-1) + 1
    order_T = length_T.argsort(stable=True)
    groups = order_T.chunk(TEXT_GROUPS)
    widths = torch.stack([length_T[group[-1]] for group in groups]).tolist()
    encoded = [_encode_cut(clip, tokens_TL[group, :width]) for group, width in zip(groups, widths, strict=True)]
    return torch.cat(encoded)[order_T.argsort()]


def _encode_cut(clip: CLIP, tokens_TL: Tensor) -> Tensor:
    width = tokens_TL.shape[1]
    # open_clip registers these under names that nn.Module types loosely.
    mask, projection = cast(Tensor, clip.attn_mask), cast(Tensor | nn.Linear | None, clip.text_projection)
    x_TLD = cast(nn.Embedding, clip.token_embedding)(tokens_TL) + cast(Tensor, clip.positional_embedding)[:width]
    x_TLD = clip.transformer(x_TLD, attn_mask=mask[:width, :width])
    x_TD = text_global_pool(cast(nn.Module, clip.ln_final)(x_TLD), tokens_TL, "argmax")
    if projection is None:
        return x_TD
    return projection(x_TD) if isinstance(projection, nn.Linear) else x_TD @ projection


def read_package(folder: Path) -> dict[str, Any]:
    """`model.json` of a package: what the API's ModelPackage says, checked where training depends on it."""
    path = folder / "model.json"
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        image, architecture = package["image"], package["architecture"]
        sizes = image["size"], architecture["vision_cfg"].get("image_size", 224)
        contexts = package["context"], architecture["text_cfg"].get("context_length", 77)
        widths = package["embedDim"], architecture["embed_dim"]
        _ = [package["tokenizer"][key] for key in ("padId", "startId", "endId")], image["mean"], image["std"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SpecError(f"model.json is missing or incomplete: {error!r}") from error
    if package.get("format") != "whetstone-model/1":
        raise SpecError(f"model.json has format {package.get('format')!r}, need whetstone-model/1")
    for name, (stated, built) in {"image.size": sizes, "context": contexts, "embedDim": widths}.items():
        if stated != built:
            raise SpecError(f"model.json: {name} is {stated} but the architecture says {built}")
    return package


def build_clip(architecture: dict[str, Any], weights: Path | None = None, context: int | None = None) -> Clip:
    """The model with weights from a safetensors file, or fresh from torch's seed.

    With a `context`, which must be the architecture's, text positions of the file are fitted to it.
    """
    config = {
        **architecture,
        "vision_cfg": dict(architecture["vision_cfg"]),
        "text_cfg": dict(architecture["text_cfg"]),
    }
    _refuse_downloads(config)
    custom_text = config.pop("custom_text", False)
    try:
        clip = (CustomTextCLIP if custom_text else CLIP)(**config)
    except (TypeError, ValueError, RuntimeError, AssertionError, OSError) as error:
        raise SpecError(f"model can't be built: {error}") from error
    if weights:
        state = read_weights(weights)
        load_weights(clip, fit_positions(state, context) if context else state, weights.name)
    return clip


def _refuse_downloads(config: dict[str, Any]) -> None:
    if unknown := sorted(config.keys() - CONFIG_KEYS):
        raise SpecError(f"architecture.{unknown[0]} is not supported")
    if config["text_cfg"].get("hf_model_name"):
        raise SpecError("architecture.text_cfg.hf_model_name is not supported: use open_clip's own text tower")
    config["vision_cfg"]["timm_model_pretrained"] = False
    timm_name = config["vision_cfg"].get("timm_model_name")
    if timm_name is not None and not re.fullmatch(r"[A-Za-z0-9_.]+", str(timm_name)):
        raise SpecError(f"architecture.vision_cfg.timm_model_name {timm_name!r} is no name of timm's own")


def clamp_scale(clip: Clip, limit: float = 100.0) -> None:
    """CLIP's bound on the logit scale; call after each optimiser step."""
    with torch.no_grad():
        clip.logit_scale.clamp_(0, torch.tensor(limit).log().item())
