"""The order of blocks in a lifetime: what is learned when."""

import random
from typing import Literal, NamedTuple

ScenarioName = Literal["condensed", "dispersed", "ste"]
SUPER_BLOCKS = 3


class LearningBlock(NamedTuple):
    task: int
    experiences: int


def learning_blocks(scenario: ScenarioName, task_count: int, experiences: int, seed: int) -> list[LearningBlock]:
    """`condensed`: every task once. `dispersed`: three blocks each, in a new order in each round of tasks.

    As in tella's curricula: equal lengths, the remainder to the first.
    """
    rng = random.Random(seed)
    rounds = 1 if scenario == "condensed" else SUPER_BLOCKS
    blocks = []
    for number in range(rounds):
        length = experiences // rounds + (number < experiences % rounds)
        order = list(range(task_count))
        rng.shuffle(order)
        blocks += [LearningBlock(task, length) for task in order]
    return blocks
