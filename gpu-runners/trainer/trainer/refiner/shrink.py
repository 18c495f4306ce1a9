"""SmolVLM's architecture (Idefics3) made small. Image 32 px in patches of 16: four patches, four image tokens."""

from collections.abc import Mapping
from types import MappingProxyType

from torch import Tensor
from transformers import Idefics3Config, Idefics3ForConditionalGeneration, PreTrainedTokenizerFast

from trainer.refiner.records import END
from trainer.refiner.tokenizer import IMAGE, PAD, START

IMAGE_SIZE, PATCH_SIZE, SCALE_FACTOR = 32, 16, 1
IMAGE_TOKENS = (IMAGE_SIZE // PATCH_SIZE // SCALE_FACTOR) ** 2
# White paper becomes zero, so an empty background says nothing.
IMAGE_MEAN, IMAGE_STD = 1.0, 0.5


def make_config(tokenizer: PreTrainedTokenizerFast, vision: Mapping[str, int]) -> Idefics3Config:
    ids = {token: tokenizer.convert_tokens_to_ids(token) for token in (PAD, START, END, IMAGE)}
    return Idefics3Config(
        image_token_id=ids[IMAGE],
        pad_token_id=ids[PAD],
        tie_word_embeddings=True,
        scale_factor=SCALE_FACTOR,
        vision_config={
            "hidden_size": 256,
            "intermediate_size": 1024,
            "num_hidden_layers": 3,
            "num_attention_heads": 4,
            "image_size": IMAGE_SIZE,
            "patch_size": PATCH_SIZE,
            **vision,
        },
        text_config={
            "model_type": "llama",
            "vocab_size": len(tokenizer),
            "hidden_size": 256,
            "intermediate_size": 512,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 4,
            "head_dim": 64,
            "max_position_embeddings": 256,
            "tie_word_embeddings": True,
            "pad_token_id": ids[PAD],
            "bos_token_id": ids[START],
            "eos_token_id": ids[END],
        },
    )


def make_model(
    tokenizer: PreTrainedTokenizerFast, vision: Mapping[str, int] = MappingProxyType({})
) -> Idefics3ForConditionalGeneration:
    """Fresh weights; `vision` overrides parts of the vision tower's shape."""
    config = make_config(tokenizer, vision)
    model = Idefics3ForConditionalGeneration._from_config(config, attn_implementation="sdpa")
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.generation_config.do_sample = False
    return model


def normalise(pixels: Tensor) -> Tensor:
    return (pixels - IMAGE_MEAN) / IMAGE_STD


def image_features(model: Idefics3ForConditionalGeneration, pixels_BCSS: Tensor) -> Tensor:
    """Vision tower and connector without the class's padding logic: every image is square and real."""
    vision, connector = model.model.vision_model, model.model.connector
    patches = vision.embeddings.patch_embedding(pixels_BCSS).flatten(2).transpose(1, 2)
    hidden = patches + vision.embeddings.position_embedding.weight
    for layer in vision.encoder.layers:
        hidden = layer(hidden, None)
    return connector(vision.post_layernorm(hidden))
