"""Writes grpo_reference.json, TRL's GRPO loss and its gradient on made-up log-probabilities, which ours must equal:

    uv sync --group bench && .venv/bin/python -m tests.loops.make_grpo_reference

Ratios of new to old lie on both sides of the clipping bounds, and texts have lengths of their own.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import torch
import trl  # pyright: ignore[reportMissingImports]
from datasets import Dataset  # pyright: ignore[reportMissingImports]
from trl import GRPOConfig, GRPOTrainer  # pyright: ignore[reportMissingImports]

from tests.loops.small_models import make_small_lm

OUT = Path(__file__).parent / "grpo_reference.json"
TEXTS, TOKENS = 4, 6
CASES = [{"epsilon": 0.2, "beta": 0.0}, {"epsilon": 0.2, "beta": 0.04}, {"epsilon": 0.1, "beta": 0.5}]


def make_inputs() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    drawn = [torch.rand(TEXTS, TOKENS, generator=generator) for _ in range(3)]
    lengths = torch.tensor([6, 3, 1, 5])
    return {
        "log_probs": -3 * drawn[0],
        "old": -3 * drawn[0] + drawn[1] - 0.5,
        "reference": -3 * drawn[0] + 2 * drawn[2] - 1,
        "mask": (torch.arange(TOKENS) < lengths[:, None]).long(),
        "advantages": torch.tensor([1.2, -0.7, 0.4, -0.9]),
    }


def make_trainer(folder: Path, case: dict[str, float]) -> Any:
    trainer = GRPOTrainer(
        model=str(make_small_lm(folder / "policy")),
        reward_funcs=lambda completions, **_: [0.0] * len(completions),
        args=GRPOConfig(
            output_dir=str(folder),
            per_device_train_batch_size=TEXTS,
            num_generations=TEXTS,
            loss_type="bnpo",
            # Ours is the plain estimate of the GRPO paper; this is DeepSeek-V3.2's, which TRL has on by default.
            use_bias_correction_kl=False,
            bf16=False,
            use_cpu=True,
            report_to="none",
            **case,
        ),
        train_dataset=Dataset.from_list([{"prompt": "cat"}]),
    )
    trainer.current_gradient_accumulation_steps = 1
    return trainer


def work_out(trainer: Any, given: dict[str, torch.Tensor]) -> tuple[float, list[list[float]]]:
    log_probs = given["log_probs"].clone().requires_grad_()
    # The loss alone is asked for; what a model would say is given.
    trainer._get_per_token_logps_and_entropies = lambda *_, **__: (log_probs, torch.zeros(TEXTS, TOKENS), None)
    ids = torch.ones(TEXTS, TOKENS, dtype=torch.long)
    loss = trainer._compute_loss(
        trainer.model,
        {
            "prompt_ids": ids[:, :1],
            "prompt_mask": ids[:, :1],
            "completion_ids": ids,
            "completion_mask": given["mask"],
            "advantages": given["advantages"],
            "old_per_token_logps": given["old"],
            "ref_per_token_logps": given["reference"],
        },
    )
    loss.backward()
    assert log_probs.grad is not None
    return loss.item(), log_probs.grad.tolist()


def main() -> None:
    given = make_inputs()
    cases = []
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            loss, gradient = work_out(make_trainer(Path(folder), case), given)
        cases.append({**case, "loss": loss, "gradient": gradient})
    document = {"trl": trl.__version__, "inputs": {k: v.tolist() for k, v in given.items()}, "cases": cases}
    OUT.write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
