"""Whether a text is right, by what the task knows and nobody else."""

from trainer.loops.answers import answer_of, normalise, strategy_of
from trainer.loops.forms import ANSWERING
from trainer.loops.refinement import f1, read_said
from trainer.loops.samples import Sample
from trainer.loops.sandbox import Sandbox
from trainer.loops.spec import Task
from trainer.loops.wording import question_of

PROGRAM = "<program>"
RUN_PROGRAM = "trainer.loops.scenes.program:run_program"


def add_verdicts(samples: list[Sample], task: Task, form: str) -> None:
    """Fills in answer, strategy, key and `correct`, which stays null where the task can't know."""
    if task.kind == "refinement":
        for row in samples:
            _judge_refinement(row, task.threshold)
        return
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


def _judge_refinement(row: Sample, threshold: float) -> None:
    """Right when the tags' F1 with the gold tags, or with the label alone, reaches the threshold."""
    said, query = read_said(row.text), row.query
    row.key = said.key if said and row.text.startswith("{") else normalise(row.text)
    row.answer = said.key if said else None
    gold = [each for each in (query.answers, query.tags) if each]
    if gold:
        # A label may hold commas, which set no tags apart.
        is_label = row.key in {normalise(label) for label in query.answers}
        row.correct = is_label or (said is not None and max(f1(said.tags, each) for each in gold) >= threshold)


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
