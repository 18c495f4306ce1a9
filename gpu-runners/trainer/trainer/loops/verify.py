"""Whether a text is right, by what the task knows and nobody else."""

from trainer.loops.answers import answer_of, normalise, strategy_of
from trainer.loops.forms import ANSWERING
from trainer.loops.samples import Sample
from trainer.loops.sandbox import Sandbox
from trainer.loops.spec import Task
from trainer.loops.wording import question_of

PROGRAM = "<program>"
RUN_PROGRAM = "trainer.loops.scenes.program:run_program"


def add_verdicts(samples: list[Sample], task: Task, form: str) -> None:
    """Fills in answer, strategy, key and `correct`, which stays null where the task can't know."""
    if form not in ANSWERING:
        for row in samples:
            row.key = normalise(row.text)
        return
    with Sandbox(RUN_PROGRAM) as run:
        for row in samples:
            row.strategy = row.strategy or strategy_of(row.text)
            row.key = normalise(row.text)
            if task.verifier == "program" and (row.strategy == "program" or PROGRAM in row.text):
                _run_program(row, run)
            else:
                row.answer = answer_of(row.text)
            # An invented question has no known answer, though its image's own question has.
            if row.query.answers and question_of(row.query) == row.query.question:
                row.correct = row.answer in {normalise(answer) for answer in row.query.answers}


def _run_program(row: Sample, run: Sandbox) -> None:
    """The answer is the value of what follows the last program tag, a plan may come before; else the row says why."""
    program = row.text.rsplit(PROGRAM, 1)[-1].strip()
    if row.query.scene is None:
        row.extra["rejected"] = "no_scene"
        return
    value, code = run(program, row.query.scene)
    row.answer = None if value is None else normalise(value)
    if code:
        row.extra["rejected"] = code
