"""A language model of loops against its peers, turn about on two threads: `python -m trainer.bench_loops`.

Sampling races transformers' `generate`, called one prompt at a time on the same weights, for the same number of tokens.
A GRPO step (loss, backward, AdamW) races TRL's own loss on the same texts, advantages and log-probabilities; both
losses are printed, as they have to be the same.
"""

import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from recipes.loop_policy import make_tokenizer
from trainer.loops.language_model import LanguageModel
from trainer.loops.learn_policy import lesson_loss, prepare_lesson
from trainer.loops.optimiser import Optimiser
from trainer.loops.policy import Ask, Prompt
from trainer.loops.spec import Learning, LearnSpec
from trainer.loops.training import TrainingRow

WORDS = [f"w{i}" for i in range(400)]
PROMPTS, TOKENS, ROUNDS = 64, 32, 5
GROUPS, TEXTS, STEPS = 8, 8, 12
LEARNING = Learning("grpo", STEPS, GROUPS * TEXTS, 1e-5, beta=0.04)


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


def race_grpo(folder: Path, scratch: Path, chance: random.Random) -> None:
    try:
        from trl.trainer.grpo_config import GRPOConfig  # pyright: ignore[reportMissingImports]
        from trl.trainer.grpo_trainer import GRPOTrainer  # pyright: ignore[reportMissingImports]
    except ImportError:
        print("  GRPO step      not raced: TRL is not installed (`uv sync --group bench` in gpu-runners/trainer)")
        return
    policy = LanguageModel.load(folder)
    rows = make_rows(chance)
    spec = LearnSpec("causal-lm", "policy", scratch, LEARNING, 1, scratch, reference=folder)
    prompts = [Prompt(row.prompt) for row in rows]
    lesson = prepare_lesson(spec, policy, rows, prompts)
    policy.module.train()
    ours = Optimiser(policy.module, LEARNING)

    peer = GRPOTrainer(
        model=str(folder),
        reward_funcs=lambda completions, **_: [0.0] * len(completions),
        args=GRPOConfig(
            output_dir=str(scratch),
            per_device_train_batch_size=GROUPS * TEXTS,
            num_generations=TEXTS,
            max_completion_length=TOKENS,
            beta=LEARNING.beta,
            epsilon=LEARNING.epsilon,
            loss_type="bnpo",
            # The plain estimate of the GRPO paper, as ours; TRL has DeepSeek-V3.2's on by default.
            use_bias_correction_kl=False,
            gradient_checkpointing=False,
            bf16=False,
            use_cpu=True,
            report_to="none",
            model_init_kwargs={"dtype": "float32"},
        ),
        train_dataset=read_dataset(rows, scratch),
        processing_class=policy.tokenizer,
    )
    peer.current_gradient_accumulation_steps = 1
    model: Any = peer.model
    model.train()
    theirs = Optimiser(model, LEARNING)
    inputs = {
        "prompt_ids": pad([torch.tensor(policy.text_ids(row.prompt)) for row in rows], policy.pad, "left"),
        "prompt_mask": pad([torch.ones(len(policy.text_ids(row.prompt))).long() for row in rows], 0, "left"),
        "completion_ids": pad([torch.tensor([*policy.text_ids(row.target), policy.end]) for row in rows], policy.pad),
        "completion_mask": pad([torch.ones(len(old)).long() for old in lesson.old], 0),
        "advantages": lesson.advantages,
        "old_per_token_logps": pad(lesson.old, 0),
        "ref_per_token_logps": pad(lesson.reference, 0),
    }
    losses: tuple[list[float], list[float]] = ([], [])

    def step_ours(_: int) -> None:
        loss = lesson_loss(policy, lesson, list(range(len(rows))), LEARNING)
        ours.step(loss)
        losses[0].append(float(loss.detach()))

    def step_theirs(_: int) -> None:
        loss = peer.compute_loss(model, inputs)
        theirs.step(loss)
        losses[1].append(float(loss.detach()))

    own, others = race(step_ours, step_theirs, STEPS)
    ratios = [a / b for a, b in zip(own, others, strict=True)]
    ratio = statistics.median(ratios)
    apart = max(abs(a - b) for a, b in zip(*losses, strict=True))
    print(
        f"  GRPO step      {ratio:.2f} x TRL's ({min(ratios):.2f} to {max(ratios):.2f}; goal <= 1.1: "
        f"{'met' if ratio <= 1.1 else 'MISSED'}); {statistics.median(own):.3f} against "
        f"{statistics.median(others):.3f} s; losses of {len(losses[0])} steps at most {apart:.1e} apart, "
        f"the last {losses[0][-1]:.6f} and {losses[1][-1]:.6f}"
    )


def make_rows(chance: random.Random) -> list[TrainingRow]:
    return [
        TrainingRow(
            f"q{group}", prompt, " ".join(chance.choices(WORDS, k=chance.randint(16, TOKENS - 1))), advantage=won
        )
        for group in range(GROUPS)
        for prompt in [" ".join(chance.choices(WORDS, k=chance.randint(8, 24)))]
        for won in [float(i % 2) for i in range(TEXTS)]
    ]


def read_dataset(rows: list[TrainingRow], scratch: Path) -> Any:
    """TRL asks for one; its texts are not drawn here."""
    from datasets import Dataset  # pyright: ignore[reportMissingImports]

    path = scratch / "prompts.parquet"
    pq.write_table(pa.table({"prompt": [row.prompt for row in rows]}), path)
    return Dataset(pq.read_table(path))


def pad(rows: list[Tensor], value: float, side: str = "right") -> Tensor:
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value, padding_side=side)


def main() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "policy"
        make_policy(folder)
        race_sampling(folder, random.Random(1))
        race_grpo(folder, Path(scratch), random.Random(2))


if __name__ == "__main__":
    main()
