"""A CLIP of Hugging Face's transformers (`config.json`, `model.safetensors`) as open_clip's config and state dict."""

from typing import Any

import torch
from torch import Tensor

from trainer.spec import SpecError

ACTIVATIONS = {"quick_gelu": True, "gelu": False}
TEXT = {"hidden_size": 512, "intermediate_size": 2048, "num_hidden_layers": 12, "num_attention_heads": 8}
VISION = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
LAYER = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}
WHOLE = {
    "text_model.embeddings.token_embedding.weight": "token_embedding.weight",
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
    "text_model.final_layer_norm.weight": "ln_final.weight",
    "text_model.final_layer_norm.bias": "ln_final.bias",
    "vision_model.embeddings.class_embedding": "visual.class_embedding",
    "vision_model.embeddings.patch_embedding.weight": "visual.conv1.weight",
    "vision_model.embeddings.position_embedding.weight": "visual.positional_embedding",
    # transformers' own spelling.
    "vision_model.pre_layrnorm.weight": "visual.ln_pre.weight",
    "vision_model.pre_layrnorm.bias": "visual.ln_pre.bias",
    "vision_model.post_layernorm.weight": "visual.ln_post.weight",
    "vision_model.post_layernorm.bias": "visual.ln_post.bias",
    "logit_scale": "logit_scale",
}
TURNED = {"text_projection.weight": "text_projection", "visual_projection.weight": "visual.proj"}
TOWERS = {"text_model.encoder.layers.": "transformer.", "vision_model.encoder.layers.": "visual.transformer."}
IGNORED = ("position_ids",)


def to_architecture(config: dict[str, Any]) -> dict[str, Any]:
    """open_clip's config from `config.json`; values left out there are `CLIPConfig`'s defaults."""
    if config.get("model_type") != "clip":
        raise SpecError(f"config.json is of a {config.get('model_type')!r} model: only clip can be converted")
    text, vision = TEXT | config.get("text_config", {}), VISION | config.get("vision_config", {})
    activations = {tower.get("hidden_act", "quick_gelu") for tower in (text, vision)}
    if len(activations) > 1 or not activations <= ACTIVATIONS.keys():
        raise SpecError(f"config.json: hidden_act {sorted(activations)} is not supported: both quick_gelu or both gelu")
    if any(tower.get("layer_norm_eps", 1e-5) != 1e-5 for tower in (text, vision)):
        raise SpecError("config.json: layer_norm_eps must be 1e-5, as open_clip's is")
    vocab_size, end = text.get("vocab_size", 49408), text.get("eos_token_id", 49407)
    # 2 is what old configs wrongly say; transformers then reads at the largest id, as open_clip always does.
    if end not in (2, vocab_size - 1):
        raise SpecError(f"config.json: eos_token_id is {end}: the end of a text must be the last id, {vocab_size - 1}")
    return {
        "embed_dim": config.get("projection_dim", 512),
        "quick_gelu": ACTIVATIONS[activations.pop()],
        "vision_cfg": {
            "image_size": vision.get("image_size", 224),
            "patch_size": vision.get("patch_size", 32),
            "layers": vision["num_hidden_layers"],
            "width": vision["hidden_size"],
            "head_width": vision["hidden_size"] // vision["num_attention_heads"],
            "mlp_ratio": vision["intermediate_size"] / vision["hidden_size"],
        },
        "text_cfg": {
            "context_length": text.get("max_position_embeddings", 77),
            "vocab_size": vocab_size,
            "width": text["hidden_size"],
            "heads": text["num_attention_heads"],
            "layers": text["num_hidden_layers"],
            "mlp_ratio": text["intermediate_size"] / text["hidden_size"],
        },
    }


def to_state(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """open_clip's names and shapes: queries, keys and values in one matrix, projections turned. Values in float32."""
    state: dict[str, Tensor] = {}
    for name, value in weights.items():
        value = value.float() if value.is_floating_point() else value
        tower = next((prefix for prefix in TOWERS if name.startswith(prefix)), None)
        if name.endswith(IGNORED):
            continue
        if name in WHOLE:
            state[WHOLE[name]] = value
        elif name in TURNED:
            state[TURNED[name]] = value.T.contiguous()
        elif tower:
            number, part = name.removeprefix(tower).split(".", 1)
            module, kind = part.rsplit(".", 1)
            layer = f"{TOWERS[tower]}resblocks.{number}."
            if module in LAYER:
                state[f"{layer}{LAYER[module]}.{kind}"] = value
            elif module == "self_attn.q_proj":
                parts = [weights.get(f"{tower}{number}.self_attn.{x}_proj.{kind}") for x in "qkv"]
                if any(x is None for x in parts):
                    raise SpecError(f"the checkpoint lacks a projection of {tower}{number}.self_attn")
                state[f"{layer}attn.in_proj_{kind}"] = torch.cat([x.float() for x in parts if x is not None])
            elif module not in ("self_attn.k_proj", "self_attn.v_proj"):
                raise SpecError(f"the checkpoint has {name}, which is not of a CLIP")
        else:
            raise SpecError(f"the checkpoint has {name}, which is not of a CLIP")
    return state


def to_preprocess(processor: dict[str, Any]) -> dict[str, Any]:
    """open_clip's `preprocess_cfg` from `preprocessor_config.json`."""
    crop = processor.get("crop_size", processor.get("size", {}))
    size = crop.get("height", crop.get("shortest_edge")) if isinstance(crop, dict) else crop
    facts = {
        "size": size,
        "mean": processor.get("image_mean"),
        "std": processor.get("image_std"),
        "resize_mode": "shortest" if processor.get("do_center_crop", True) else "squash",
        "interpolation": {2: "bilinear", 3: "bicubic"}.get(processor.get("resample", 3), processor.get("resample")),
    }
    return {key: value for key, value in facts.items() if value is not None}
