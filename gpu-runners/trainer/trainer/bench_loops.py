"""Drawing from a language model as loops do against transformers' `generate`, called one prompt at a time.

Same weights, same prompts, same number of tokens, turn about in one process on two threads, so that what else the
machine does shifts both alike: `python -m trainer.bench_loops`.
"""

import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from recipes.loop_policy import make_tokenizer
from trainer.loops.language_model import LanguageModel
from trainer.loops.policy import Ask, Prompt

WORDS = [f"w{i}" for i in range(400)]
PROMPTS, TOKENS, ROUNDS = 64, 32, 5


def make_policy(folder: Path) -> None:
    tokenizer = make_tokenizer(WORDS)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=256,
        intermediate_size=768,
        num_hidden_layers=4,
        num_attention_heads=4,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def race(ours: Callable[[int], Any], theirs: Callable[[int], Any], rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of each, after one turn that does not count."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for way, times in zip((ours, theirs), seconds, strict=True):
            began = time.perf_counter()
            way(turn)
            times.append(time.perf_counter() - began)
    return seconds[0][1:], seconds[1][1:]


def race_sampling(folder: Path, chance: random.Random) -> None:
    policy = LanguageModel.load(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    # No text ends early, on either side.
    policy.end, model.generation_config.eos_token_id = -1, None
    prompts = [" ".join(chance.choices(WORDS, k=chance.randint(8, 24))) for _ in range(PROMPTS)]
    ids = [torch.tensor([policy.text_ids(prompt)]) for prompt in prompts]

    def ours(turn: int) -> None:
        drawn = policy.draw([Ask(Prompt(prompt), 1.0, turn * PROMPTS + i, TOKENS) for i, prompt in enumerate(prompts)])
        assert all(text.tokens == TOKENS for text in drawn)

    def theirs(turn: int) -> None:
        for prompt in ids:
            out = model.generate(
                prompt,
                attention_mask=torch.ones_like(prompt),
                do_sample=True,
                temperature=1.0,
                top_k=0,
                top_p=1.0,
                max_new_tokens=TOKENS,
                pad_token_id=policy.pad,
            )
            assert out.shape[1] == prompt.shape[1] + TOKENS

    own, others = race(ours, theirs, ROUNDS)
    ratios = [b / a for a, b in zip(own, others, strict=True)]
    ratio = statistics.median(ratios)
    rates = [PROMPTS * TOKENS / statistics.median(times) for times in (own, others)]
    print(
        f"  sampling       {ratio:.1f} x generate one prompt at a time ({min(ratios):.1f} to {max(ratios):.1f}; "
        f"goal >= 3: {'met' if ratio >= 3 else 'MISSED'}); {rates[0]:.0f} against {rates[1]:.0f} tokens/s",
        flush=True,
    )


def main() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "policy"
        make_policy(folder)
        race_sampling(folder, random.Random(1))


if __name__ == "__main__":
    main()
