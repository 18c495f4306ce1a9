"""What texts are worth to the method that chooses among them."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import torch

from trainer.loops.draws import derive_seed
from trainer.loops.grades import read_grade
from trainer.loops.hash_weights import hash_weights
from trainer.loops.policy import Policy, load_policy
from trainer.loops.queries import Query
from trainer.loops.samples import Sample
from trainer.loops.spec import Reward, SampleSpec
from trainer.spec import SpecError

PAIRS_AT_ONCE = 256


def add_rewards(samples: list[Sample], spec: SampleSpec, policy: Policy, known: list[Query]) -> None:
    """`known` are the task's queries, among which `clip-margin` finds images to compare with."""
    reward = spec.score.reward
    if reward.kind == "verdict":
        _set(samples, [_verdict(row) for row in samples])
    elif reward.kind == "log-probability":
        _add_base_log_probs(samples, spec)
        _set(samples, [_log_probability(row, reward.normalised) for row in samples])
    elif reward.kind == "majority":
        _set(samples, _majority(samples))
    elif reward.kind == "grade":
        for row in samples:
            row.reward = read_grade(row.text)
    elif reward.kind == "gap":
        _set(samples, _gaps(samples, spec))
    elif reward.kind == "clip-margin":
        from trainer.loops.clip_margin import clip_margins

        if spec.reward is None:
            raise SpecError("reward clip-margin needs a CLIP")
        _set(samples, clip_margins(samples, known, spec.reward.folder, reward.distractors))
    elif reward.kind == "toy":
        _set(samples, [_toy(row, reward, spec.seed) for row in samples])
    elif reward.kind != "none":
        raise SpecError(f"reward {reward.kind} can't be given here")
    if spec.score.adds_verdict:
        for row in samples:
            row.reward = (row.reward or 0.0) + _verdict(row)


def _set(samples: list[Sample], rewards: Sequence[float | None]) -> None:
    for row, reward in zip(samples, rewards, strict=True):
        row.reward = reward


def _verdict(row: Sample) -> float:
    return float(bool(row.correct))


def _log_probability(row: Sample, is_normalised: bool) -> float:
    assert row.base_log_prob is not None
    return row.base_log_prob / max(1, row.tokens) if is_normalised else row.base_log_prob


def _add_base_log_probs(samples: list[Sample], spec: SampleSpec) -> None:
    if spec.base is None:
        raise SpecError("reward log-probability needs the base weights")
    # The weights that drew them have said it already.
    if hash_weights(spec.base.folder) == hash_weights(spec.policy.folder):
        for row in samples:
            row.base_log_prob = row.log_prob
        return
    base = load_policy(spec.base.kind, spec.base.folder)
    with torch.no_grad():
        for begin in range(0, len(samples), PAIRS_AT_ONCE):
            part = samples[begin : begin + PAIRS_AT_ONCE]
            log_probs_NT, mask_NT = base.token_log_probs([(row.prompt, row.text) for row in part])
            for row, log_prob in zip(part, log_probs_NT.masked_fill(~mask_NT, 0).sum(-1).tolist(), strict=True):
                row.base_log_prob = log_prob


def _majority(samples: list[Sample]) -> list[float]:
    """The share of its query's answers that are this one: a sampled form of the answer's probability."""
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    for row in samples:
        if row.answer is not None:
            answers[row.query.query_id][row.answer] += 1
    totals = Counter(row.query.query_id for row in samples)
    return [
        answers[row.query.query_id][row.answer] / totals[row.query.query_id] if row.answer is not None else 0.0
        for row in samples
    ]


def _gaps(samples: list[Sample], spec: SampleSpec) -> list[float]:
    """How much better each text is than the draft it was made of."""
    from trainer.loops.gap_model import GapModel

    if spec.reward is None:
        raise SpecError("reward gap needs the gap model's weights")
    if bare := next((row for row in samples if row.draft is None), None):
        raise SpecError(f"reward gap compares with a draft, and {bare.query.query_id} has none: draw by form improve")
    model = GapModel.load(spec.policy.kind, spec.reward.folder)
    return model.score([(row.query, row.text, row.draft or "") for row in samples])


def _toy(row: Sample, reward: Reward, seed: int) -> float:
    if reward.world == "constant":
        return reward.size
    key = derive_seed(seed, "toy", row.query.query_id, row.temperature, row.sample_idx)
    noise = reward.size * np.random.Generator(np.random.Philox(key=key)).standard_normal()
    return (1 - _verdict(row) if reward.world == "deceptive" else _verdict(row)) + float(noise)
