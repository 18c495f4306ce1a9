"""How a query becomes a prompt."""

from trainer.loops.policy import Prompt
from trainer.loops.queries import Query
from trainer.loops.spec import Draw, PolicyKind
from trainer.spec import SpecError


def prompt_of(query: Query, draw: Draw, kind: PolicyKind) -> Prompt:
    if draw.form != "answer":
        raise SpecError(f"draw.form {draw.form!r} is not one this task knows")
    return Prompt(query.question, query.image, query.choices)
