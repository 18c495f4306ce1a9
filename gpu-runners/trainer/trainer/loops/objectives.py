"""What a learning step makes smaller. Shapes: N texts, T tokens, G texts of one prompt."""

import torch
import torch.nn.functional as F
from torch import Tensor


def sft_loss(log_probs_NT: Tensor, mask_NT: Tensor, weight_N: Tensor) -> Tensor:
    """Negative log-likelihood of a token, each text's tokens weighted alike."""
    weights_NT = mask_NT * weight_N[:, None]
    return -(log_probs_NT.masked_fill(~mask_NT, 0) * weights_NT).sum() / weights_NT.sum().clamp(min=1e-12)


def dpo_loss(
    chosen_N: Tensor, rejected_N: Tensor, base_chosen_N: Tensor, base_rejected_N: Tensor, beta: float
) -> Tensor:
    """Of whole texts' log-probabilities under the policy and under the reference."""
    margin_N = (chosen_N - base_chosen_N) - (rejected_N - base_rejected_N)
    return -F.logsigmoid(beta * margin_N).mean()


def sharpening_pairs_loss(
    first_N: Tensor, second_N: Tensor, base_first_N: Tensor, base_second_N: Tensor, beta: float
) -> Tensor:
    """Squared: the implicit reward of a pair against its difference in log-probability under the base."""
    implicit_N = beta * ((first_N - base_first_N) - (second_N - base_second_N))
    return (implicit_N - (base_first_N - base_second_N)).square().mean()


def optimism_loss(second_N: Tensor, weight: float) -> Tensor:
    """XPO's: pushes probability away from what the base drew. Added; the paper prints the whole negated."""
    return weight * second_N.mean()


def group_advantages(returns_G: Tensor, deviation: str) -> Tensor:
    """Returns of one prompt's texts, less their mean, in units of their deviation. Equal returns give exactly 0."""
    centred_G = returns_G - returns_G.mean()
    if len(returns_G) < 2 or bool((returns_G == returns_G[0]).all()):
        return torch.zeros_like(returns_G)
    return centred_G / (returns_G.std(correction=1 if deviation == "sample" else 0) + 1e-12)


def grpo_loss(
    log_probs_NT: Tensor,
    mask_NT: Tensor,
    old_NT: Tensor,
    reference_NT: Tensor | None,
    advantage_N: Tensor,
    *,
    epsilon: float,
    beta: float,
) -> Tensor:
    """The clipped ratio's term, a mean over tokens, and beta times the k3 estimate of KL to the reference."""
    ratio_NT = (log_probs_NT - old_NT).masked_fill(~mask_NT, 0).exp()
    advantage_N1 = advantage_N[:, None]
    loss_NT = -torch.minimum(ratio_NT * advantage_N1, ratio_NT.clamp(1 - epsilon, 1 + epsilon) * advantage_N1)
    if reference_NT is not None and beta > 0:
        loss_NT = loss_NT + beta * k3((reference_NT - log_probs_NT).masked_fill(~mask_NT, 0))
    return (loss_NT * mask_NT).sum() / mask_NT.sum().clamp(min=1)


def k3(log_ratio: Tensor) -> Tensor:
    """r - log r - 1 with r = reference / policy: never below 0, and KL in the mean over what the policy draws."""
    return torch.expm1(log_ratio) - log_ratio


def gap_loss(better_worse_N: Tensor, better_better_N: Tensor, worse_worse_N: Tensor, worse_better_N: Tensor) -> Tensor:
    """PIT's five comparisons, equally weighted, of scores r(a, b): how much better a is than b."""
    pairs = (
        (better_worse_N, worse_better_N),
        (better_worse_N, better_better_N),
        (better_worse_N, worse_worse_N),
        (better_better_N, worse_better_N),
        (worse_worse_N, worse_better_N),
    )
    return -torch.stack([F.logsigmoid(high_N - low_N) for high_N, low_N in pairs]).sum(0).mean()
