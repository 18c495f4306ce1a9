"""The four ways to write down how a program's question is answered: what a policy is first taught to say."""

from typing import Any

from trainer.loops.scenes.program import COMPARISONS, ProgramError, run_program

SIGNS = ("+", "-", *COMPARISONS)


def write_solutions(program: str, scene: dict[str, Any]) -> dict[str, str]:
    """By strategy: the text, its tag first."""
    answer = run_program(program, scene)
    values, signs = _split(program)
    steps, questions = [], []
    for value in values:
        step, question = _value(value, scene)
        steps.append(step)
        questions.append(question)
    results = [run_program(value, scene) for value in values]
    total = results[0]
    for sign, result in zip(signs, results[1:], strict=True):
        sum_ = f"{total} {sign} {result}"
        total = run_program(sum_, scene)
        steps.append(f"{sum_} = {total} ." if sign in ("+", "-") else f"{sum_} : {total} .")
        questions.append(f"{sum_} ? {total} .")
    return {
        "direct": f"<direct> answer : {answer}",
        "steps": f"<steps> {' '.join(steps)} answer : {answer}",
        "questions": f"<questions> {' '.join(questions)} answer : {answer}",
        "program": f"<program> {program}",
    }


def _split(program: str) -> tuple[list[str], list[str]]:
    values, signs = [[]], []
    for token in program.split():
        if token in SIGNS:
            signs.append(token)
            values.append([])
        else:
            values[-1].append(token)
    return [" ".join(tokens) for tokens in values], signs


def _value(value: str, scene: dict[str, Any]) -> tuple[str, str]:
    """As a step that lists what is left, and as a question with its answer."""
    stages = [stage.strip() for stage in value.split("|")]
    end = stages[-1]
    words = " ".join(stage.removeprefix("where ") for stage in stages[1:-1]) or "things"
    result = run_program(value, scene)
    names = [name for name in _names(scene) if _is_left(name, stages[1:-1], scene)]
    listed = f"{words} : {' , '.join(names) or 'none'} ."
    if end == "count":
        return f"{listed} that is {result} .", f"how many {words} ? {result} ."
    return (listed if end == "name" else f"{listed} {end} {result} ."), f"{end} of {words} ? {result} ."


def _names(scene: dict[str, Any]) -> list[str]:
    return [thing["name"] for thing in scene["things"]]


def _is_left(name: str, stages: list[str], scene: dict[str, Any]) -> bool:
    try:
        return run_program(" | ".join(["things", *stages, f"where name {name}", "count"]), scene) == "1"
    except ProgramError:
        return False
