"""Tiny language and image-text models with random weights, in the folders of transformers."""

import json
import shutil
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForImageTextToText, LlamaConfig, LlamaForCausalLM

from recipes.loop_policy import make_tokenizer

# Its config, processor and tokenizer are a checkpoint's; only weights have to be made.
REFINER = Path(__file__).parents[3] / "refiner" / "models" / "emoji-refiner"
WORDS = [
    "cat",
    "dog",
    "apple",
    "red",
    "blue",
    "answer",
    "that",
    "is",
    "animal",
    "large",
    "r1",
    "c1",
    *map(str, range(10)),
]


def make_small_lm(folder: Path, seed: int = 0, scale: float = 6.0) -> Path:
    """`scale` blows the random weights up, so that some texts are likelier than others."""
    tokenizer = make_tokenizer(WORDS)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        model.get_input_embeddings().weight.mul_(scale)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_small_vlm(folder: Path) -> Path:
    """An Idefics3 of one layer."""
    for path in REFINER.glob("*.json"):
        shutil.copyfile(path, folder / path.name)
    config = json.loads((REFINER / "config.json").read_text())
    config["text_config"] |= {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "head_dim": 8}
    config["vision_config"] |= {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    (folder / "config.json").write_text(json.dumps(config))
    torch.manual_seed(0)
    model = AutoModelForImageTextToText.from_config(AutoConfig.from_pretrained(folder))
    with torch.no_grad():
        model.get_input_embeddings().weight.mul_(20)
    model.save_pretrained(folder)
    (folder / "config.json").write_text(json.dumps(config))
    return folder
