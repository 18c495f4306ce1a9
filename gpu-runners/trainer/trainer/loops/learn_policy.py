"""A policy learns from rows by one of the objectives that read its log-probabilities."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from trainer.loops.hash_weights import OPTIMISER
from trainer.loops.objectives import (
    dpo_loss,
    group_advantages,
    grpo_loss,
    optimism_loss,
    sft_loss,
    sharpening_pairs_loss,
)
from trainer.loops.optimiser import Optimiser
from trainer.loops.policy import Policy, Prompt, load_policy
from trainer.loops.queries import Query, read_task
from trainer.loops.spec import Learning, LearnSpec
from trainer.loops.steps import take_steps
from trainer.loops.style import Style
from trainer.loops.tabular import TabularPolicy
from trainer.loops.training import TrainingRow, batch_of, rejected_of
from trainer.loops.wording import write_prompt
from trainer.spec import SpecError

if TYPE_CHECKING:
    from trainer.loops.language_model import LanguageModel

ROWS_AT_ONCE = 64
PAIRWISE = ("dpo", "sharpening-pairs")


@dataclass(frozen=True)
class Lesson:
    """Rows with all that stays fixed while the policy learns from them."""

    rows: list[TrainingRow]
    prompts: list[Prompt]
    # Rows that belong together in a batch: the texts of one prompt for GRPO, else each its own.
    groups: list[list[int]]
    advantages: Tensor
    # Per token, under the weights that drew the row and under the base (grpo).
    old: list[Tensor]
    reference: list[Tensor]
    # Per text, under the base: of target and rejected (pairwise objectives).
    base: Tensor
    rejected_base: Tensor


def learn_policy(spec: LearnSpec, rows: list[TrainingRow], say: Callable[..., None]) -> dict[str, Any]:
    if spec.start is None:
        raise SpecError(f"slot {spec.slot} has no weights to begin with")
    learning = spec.learning
    policy = load_policy(spec.policy_kind, spec.start)
    prompts = _prompts(spec, rows, policy.style)
    if learning.objective == "sft" and learning.steps == 0 and isinstance(policy, TabularPolicy):
        return _fit(policy, rows, prompts, spec.output)
    lesson = prepare_lesson(spec, policy, rows, prompts)
    if learning.objective == "grpo" and not bool(lesson.advantages.any()):
        return {"steps": 0, "loss": None, "hasGradient": False, "reason": "all returns of each prompt are equal"}
    if learning.lora is not None:
        _adapt(policy, learning, spec.seed)
    optimiser = Optimiser(policy.module, learning)
    if learning.optimiser == "inherited" and spec.optimiser is not None:
        optimiser.load(spec.optimiser)

    def loss_of(step: int) -> Tensor:
        return lesson_loss(policy, lesson, batch_of(lesson.groups, step, learning.batch_size, spec.seed), learning)

    summary = take_steps(optimiser, loss_of, say)
    if learning.lora is not None:
        cast("LanguageModel", policy).merge()
    if learning.steps:
        policy.save(spec.output)
        optimiser.save(spec.output / OPTIMISER)
    return summary


def _adapt(policy: Policy, learning: Learning, seed: int) -> None:
    if not hasattr(policy, "adapt"):
        raise SpecError("learning.lora is for language models")
    if learning.optimiser == "inherited":
        raise SpecError("learning.lora has no optimiser to inherit: adapters are merged at the end of each step")
    assert learning.lora is not None
    cast("LanguageModel", policy).adapt(learning.lora, seed)


def _fit(policy: TabularPolicy, rows: list[TrainingRow], prompts: list[Prompt], output: Path) -> dict[str, Any]:
    pairs = [(prompt, row.target) for prompt, row in zip(prompts, rows, strict=True)]
    policy.fit(pairs, [1.0 if row.weight is None else row.weight for row in rows])
    policy.save(output)
    Optimiser(policy.module, Learning("sft", 1, 1, 1.0)).save(output / OPTIMISER)
    with torch.no_grad():
        log_probs_N1, _ = policy.token_log_probs(pairs)
    reachable = log_probs_N1[log_probs_N1.isfinite()]
    return {"steps": 1, "loss": float(-reachable.mean()) if len(reachable) else None, "isExact": True}


def lesson_loss(policy: Policy, lesson: Lesson, batch: list[int], learning: Learning) -> Tensor:
    rows = [lesson.rows[i] for i in batch]
    pairs = [(lesson.prompts[i], row.target) for i, row in zip(batch, rows, strict=True)]
    log_probs_NT, mask_NT = policy.token_log_probs(pairs)
    if learning.objective == "sft":
        return sft_loss(log_probs_NT, mask_NT, log_probs_NT.new_tensor([_weight(row) for row in rows]))
    if learning.objective == "grpo":
        reference = _pad([lesson.reference[i] for i in batch], mask_NT) if lesson.reference else None
        old = _pad([lesson.old[i] for i in batch], mask_NT)
        advantages = lesson.advantages[batch].to(log_probs_NT)
        return grpo_loss(
            log_probs_NT, mask_NT, old, reference, advantages, epsilon=learning.epsilon, beta=learning.beta
        )
    rejected_NT, rejected_mask_NT = policy.token_log_probs(
        [(prompt, rejected_of(row)) for (prompt, _), row in zip(pairs, rows, strict=True)]
    )
    first_N, second_N = _sum(log_probs_NT, mask_NT), _sum(rejected_NT, rejected_mask_NT)
    base_N, rejected_base_N = lesson.base[batch].to(first_N), lesson.rejected_base[batch].to(first_N)
    if learning.objective == "dpo":
        return dpo_loss(first_N, second_N, base_N, rejected_base_N, learning.beta)
    loss = sharpening_pairs_loss(first_N, second_N, base_N, rejected_base_N, learning.beta)
    return loss + optimism_loss(second_N, learning.optimism) if learning.optimism else loss


def prepare_lesson(spec: LearnSpec, policy: Policy, rows: list[TrainingRow], prompts: list[Prompt]) -> Lesson:
    objective, beta = spec.learning.objective, spec.learning.beta
    pairs = [(prompt, row.target) for prompt, row in zip(prompts, rows, strict=True)]
    groups = [[i] for i in range(len(rows))]
    advantages = torch.zeros(len(rows))
    old: list[Tensor] = []
    reference: list[Tensor] = []
    base = rejected_base = torch.zeros(len(rows), dtype=torch.float64)
    if objective == "grpo":
        groups = _group(rows)
        for group in groups:
            returns_G = torch.tensor([_advantage(rows[i]) for i in group], dtype=torch.float64)
            advantages[group] = group_advantages(returns_G, spec.learning.deviation).float()
        if bool(advantages.any()):
            old = _per_token(policy, pairs)
            reference = _per_token(_reference(spec), pairs) if beta > 0 else []
    elif objective in PAIRWISE:
        rejected = [(prompt, rejected_of(row)) for prompt, row in zip(prompts, rows, strict=True)]
        known = [(row.base_log_prob, row.rejected_base_log_prob) for row in rows]
        if any(value is None for pair in known for value in pair):
            judge = _reference(spec)
            known = zip(map(float, _per_text(judge, pairs)), map(float, _per_text(judge, rejected)), strict=True)
        base, rejected_base = torch.tensor(list(known), dtype=torch.float64).unbind(1)
    elif objective != "sft":
        raise SpecError(f"a policy does not learn by {objective}")
    return Lesson(rows, prompts, groups, advantages, old, reference, base, rejected_base)


def _reference(spec: LearnSpec) -> Policy:
    if spec.reference is None:
        raise SpecError(f"objective {spec.learning.objective} needs the reference weights")
    return load_policy(spec.policy_kind, spec.reference)


def _prompts(spec: LearnSpec, rows: list[TrainingRow], style: Style) -> list[Prompt]:
    """Images and choices are the task's; words are the row's own."""
    known = {query.query_id: query for query in read_task(spec.task)} if spec.task else {}
    return [_prompt(row, known.get(row.query_id.partition("#")[0]), style) for row in rows]


def _prompt(row: TrainingRow, query: Query | None, style: Style) -> Prompt:
    text = row.prompt
    if not text and row.draft is not None:
        if query is None:
            raise SpecError(f"row of {row.query_id} has no prompt, and the task has no such query to make one of")
        text = write_prompt(query, "improve", style, row.draft)
    return Prompt(text, query.image, query.choices) if query else Prompt(text)


def _group(rows: list[TrainingRow]) -> list[list[int]]:
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        groups[row.query_id, row.prompt].append(i)
    return list(groups.values())


def _per_token(policy: Policy, pairs: list[tuple[Prompt, str]]) -> list[Tensor]:
    found: list[Tensor] = []
    with torch.no_grad():
        for begin in range(0, len(pairs), ROWS_AT_ONCE):
            log_probs_NT, mask_NT = policy.token_log_probs(pairs[begin : begin + ROWS_AT_ONCE])
            found += [row[mask] for row, mask in zip(log_probs_NT, mask_NT, strict=True)]
    return found


def _per_text(policy: Policy, pairs: list[tuple[Prompt, str]]) -> list[Tensor]:
    return [row.double().sum() for row in _per_token(policy, pairs)]


def _pad(rows: list[Tensor], mask_NT: Tensor) -> Tensor:
    filled = torch.zeros(mask_NT.shape, dtype=rows[0].dtype, device=mask_NT.device)
    filled[mask_NT] = torch.cat(rows)
    return filled


def _sum(log_probs_NT: Tensor, mask_NT: Tensor) -> Tensor:
    return log_probs_NT.masked_fill(~mask_NT, 0).sum(-1)


def _weight(row: TrainingRow) -> float:
    return 1.0 if row.weight is None else row.weight


def _advantage(row: TrainingRow) -> float:
    if row.advantage is None:
        raise SpecError(f"row of {row.query_id} has no advantage")
    return row.advantage
