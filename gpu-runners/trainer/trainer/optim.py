"""AdamW as CLIP trains with it: decay on matrices only, linear warm-up, cosine to zero."""

import math

import torch

from trainer.model import Trainee
from trainer.recipe import Recipe

BETA1 = 0.9
EPSILON = 1e-6


def make_optimizer(trainee: Trainee, recipe: Recipe) -> torch.optim.AdamW:
    """Gains, biases, the logit scale and whatever the towers name are not decayed."""
    exempt = {f"clip.{name}" for name in trainee.clip.no_weight_decay()}
    named = [(name, p) for name, p in trainee.named_parameters() if p.requires_grad]
    decayed = [p for name, p in named if p.ndim >= 2 and name not in exempt]
    free = [p for name, p in named if p.ndim == 1 or (p.ndim and name in exempt)]
    # Of their own: where weights are sharded scalars are not, and one fused update can't take both.
    scalars = [p for _, p in named if p.ndim == 0]
    groups = [
        {"params": decayed, "weight_decay": recipe.weight_decay},
        {"params": free, "weight_decay": 0.0},
        {"params": scalars, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(BETA1, recipe.beta2), eps=EPSILON, fused=True)


def learning_rate(recipe: Recipe, step: int) -> float:
    """The rate of 0-based `step`."""
    if step < recipe.warmup_steps:
        return recipe.learning_rate * (step + 1) / recipe.warmup_steps
    done = (step - recipe.warmup_steps) / max(1, recipe.steps - recipe.warmup_steps)
    return recipe.learning_rate * (1 + math.cos(math.pi * done)) / 2
