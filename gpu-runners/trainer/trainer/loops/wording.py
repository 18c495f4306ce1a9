"""The words of a prompt, in each style."""

import re
from typing import Any

from trainer.loops.queries import Query
from trainer.loops.style import Style
from trainer.spec import SpecError

QUESTION = re.compile(r"(?:<question>|\nQuestion:)\s*(.*?)\s*(?:<(?:solve|draft)>|\n|$)", re.DOTALL)
BARE = re.compile(r"(?:instruct|quality|following|improve|translate|reflect): (.*?)(?: \\| .*)?", re.DOTALL)
STEPS = "Think it through, then end with a line `answer: ...`."
# The four texts of HQ-CLIP; what reads them is `refinement.py`.
REFINE = (
    "Describe the picture; the alt-text may be wrong. Write one JSON object: positiveDescription (what is there), "
    "negativeDescription (alike but false), positiveTags and negativeTags (lists of short tags)."
)
PLAIN = {
    "answer": f"Choose how to solve it and begin with its tag: <direct>, <steps>, <questions> or <program>. {STEPS}",
    "instruct": "Write one new question about this that has one short answer. Write the question only.",
    "quality": "Grade the answer strictly from 1 (wrong) to 10 (right). Write the score, two bars and why: 8 || ...",
    "following": "Grade from 1 to 10 how well the answer does what was asked: the score, two bars and why: 8 || ...",
    "improve": "Write a better answer than the draft; a good draft stays as it is.",
    "translate": "Write the program that follows the plan, and nothing else.",
    "reflect": "If the steps already solve it write <end>, else say in a few words what the next step should look at.",
}
MARKS = {"answer": "<solve>", "instruct": "<ask>", "quality": "<grade>", "following": "<grade>"}


def write_prompt(query: Query, form: str, style: Style, draft: str | None = None, examples: str = "") -> str:
    """`form` is a key of `PLAIN`. Examples come first and are what a training row leaves out."""
    if form not in PLAIN:
        raise SpecError(f"draw.form {form!r} is not known")
    question = question_of(query)
    needs_draft = form not in ("answer", "instruct")
    if needs_draft and draft is None:
        raise SpecError(f"form {form} needs a draft, and {query.query_id} has none")
    if style == "question":
        words = f"{question} | {draft}" if needs_draft else question
        return words if form == "answer" else f"{form}: {words}"
    if style == "marks":
        parts = [f"<scene> {write_scene(query.scene)}"] if query.scene else []
        parts += [f"<question> {question}"] if form != "instruct" else []
        parts += [f"<draft> {draft}"] if needs_draft else []
        return examples + " ".join([*parts, MARKS.get(form, f"<{form}>")])
    if query.tags is not None and form == "answer":
        return examples + "\n".join([f"Alt-text: {draft or ''}", REFINE])
    parts = [f"Scene: {write_scene(query.scene)}"] if query.scene and query.image is None else []
    parts += [f"Question: {question}"] if form != "instruct" else []
    parts += [f"{'Plan' if form == 'translate' else 'Answer'}: {draft}"] if needs_draft else []
    return examples + "\n".join(["", *parts, PLAIN[form]])


def question_of(query: Query) -> str:
    """The row's own question where it has one: an invented one, or one inside the prompt it was put with."""
    if not query.prompt:
        return query.question
    if bare := BARE.fullmatch(query.prompt):
        return bare[1]
    found = QUESTION.search(query.prompt)
    return found[1] if found else query.prompt


def write_scene(scene: dict[str, Any] | None) -> str:
    things = scene["things"] if scene else []
    return " , ".join(
        f"{thing['name']} {thing['kind']} {thing['color']} {thing['size']} r{thing['row']} c{thing['column']}"
        for thing in things
    )
