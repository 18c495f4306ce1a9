"""Whether a text is right, by what the task knows and nobody else."""

from trainer.loops.answers import answer_of, normalise, strategy_of
from trainer.loops.samples import Sample
from trainer.loops.spec import Task


def add_verdicts(samples: list[Sample], task: Task) -> None:
    """Fills in answer, strategy, key and `correct`, which stays null where the task has no answer."""
    for row in samples:
        row.answer = answer_of(row.text)
        row.strategy = row.strategy or strategy_of(row.text)
        row.key = normalise(row.text)
        if row.query.answer is not None:
            row.correct = row.answer is not None and row.answer == normalise(row.query.answer)
