"""The forms of a draw: which prompt a query becomes, and what is done with the policy to get a text out of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from trainer.loops.draws import derive_seed
from trainer.loops.grades import read_value
from trainer.loops.policy import Ask, Policy, Prompt
from trainer.loops.queries import Query
from trainer.loops.samples import Sample
from trainer.loops.search import END, Found, Search, Want, read_settings, search
from trainer.loops.spec import Draw
from trainer.loops.wording import write_prompt
from trainer.spec import SpecError

PLANS_AT_ONCE = 64
STRATEGIES = ("direct", "steps", "questions", "program")
# Texts that answer the query, so that a verifier may judge them.
ANSWERING = ("answer", "strategy", "improve", "search", "translate")


@dataclass(frozen=True)
class Turn:
    """One text to draw."""

    query: Query
    temperature: float
    idx: int
    seed: int


Form = Callable[[Policy, Draw, list[Turn], list[Query]], list[Sample]]


def draw_form(policy: Policy, draw: Draw, turns: list[Turn], pool: list[Query]) -> list[Sample]:
    """A text for each turn, in their order. `pool` is where examples come from."""
    if draw.form not in FORMS:
        raise SpecError(f"draw.form must be one of {', '.join(FORMS)}, not {draw.form!r}")
    return FORMS[draw.form](policy, draw, turns, pool)


def _answer(policy: Policy, draw: Draw, turns: list[Turn], pool: list[Query]) -> list[Sample]:
    return _draw(policy, draw, turns, ["answer"] * len(turns))


def _strategy(policy: Policy, draw: Draw, turns: list[Turn], pool: list[Query]) -> list[Sample]:
    options = _options(draw, {"strategies": STRATEGIES, "choice": "policy"})
    if options["choice"] not in ("policy", "random", "fixed"):
        raise SpecError("draw.options.choice must be policy, random or fixed")
    kept, starts = [], []
    for turn in turns:
        used = (turn.query.source or "").split()
        left = [f"<{name}>" for name in options["strategies"] if name not in used]
        if not left:
            continue
        if options["choice"] == "random":
            left = [random.Random(derive_seed(turn.seed, "strategy")).choice(left)]
        kept.append(turn)
        starts.append(tuple(left[:1] if options["choice"] == "fixed" else left))
    return _draw(policy, draw, kept, ["answer"] * len(kept), starts=starts)


def _instruct(policy: Policy, draw: Draw, turns: list[Turn], pool: list[Query]) -> list[Sample]:
    options = _options(draw, {"examples": 3})
    examples = []
    for turn in turns:
        luck = random.Random(derive_seed(turn.seed, "examples"))
        shown = luck.sample(pool, min(options["examples"], len(pool))) if policy.style == "plain" else []
        examples.append("".join(f"Example: {query.question}\n" for query in shown))
    fresh = [replace(turn, query=replace(turn.query, prompt=None)) for turn in turns]
    return _draw(policy, draw, fresh, ["instruct"] * len(fresh), examples=examples)


def _grade(policy: Policy, draw: Draw, turns: list[Turn], pool: list[Query]) -> list[Sample]:
    criterion = _options(draw, {"criterion": "quality"})["criterion"]
    if criterion not in ("quality", "following"):
        raise SpecError("draw.options.criterion must be quality or following")
    return _draw(policy, draw, turns, [criterion] * len(turns))


def _improve(policy: Policy, draw: Draw, turns: list[Turn], pool: list[Query]) -> list[Sample]:
    passes = _options(draw, {"passes": 1})["passes"]
    samples = _draw(policy, draw, turns, ["improve"] * len(turns))
    for number in range(2, passes + 1):
        again = [
            replace(turn, query=replace(turn.query, draft=row.text), seed=derive_seed(turn.seed, "pass", number))
            for turn, row in zip(turns, samples, strict=True)
        ]
        for row, next_ in zip(samples, _draw(policy, draw, again, ["improve"] * len(again)), strict=True):
            row.extra.setdefault("earlier", []).append(row.text)
            row.text, row.tokens, row.log_prob = next_.text, row.tokens + next_.tokens, next_.log_prob
    return samples


def _translate(policy: Policy, draw: Draw, turns: list[Turn], pool: list[Query]) -> list[Sample]:
    starts = [("<program>",)] * len(turns) if policy.style == "marks" else None
    return _draw(policy, draw, turns, ["translate"] * len(turns), starts=starts)


def _search(policy: Policy, draw: Draw, turns: list[Turn], pool: list[Query]) -> list[Sample]:
    settings = read_settings(draw.options)
    prompts = [_prompt(policy, turn.query, "answer") for turn in turns]
    searches = [search(settings, random.Random(derive_seed(turn.seed, "ties"))) for turn in turns]
    found = _in_step(searches, _Guide(policy, draw, turns, prompts, settings.temperature))
    samples = []
    for turn, prompt, result in zip(turns, prompts, found, strict=True):
        text = " ".join(["<steps>", *result.steps])
        sample = Sample(turn.query, turn.idx, turn.temperature, prompt, text, 0, 0.0, recorded=prompt.text)
        sample.extra = {
            "steps": list(result.steps),
            "value": result.value,
            "finishRound": result.finish_round,
            "calls": result.calls,
        }
        samples.append(sample)
    _add_log_probs(policy, samples)
    return samples


def _add_log_probs(policy: Policy, samples: list[Sample]) -> None:
    """Of whole plans, which no single draw has said."""
    with torch.no_grad():
        for begin in range(0, len(samples), PLANS_AT_ONCE):
            part = samples[begin : begin + PLANS_AT_ONCE]
            log_probs_NT, mask_NT = policy.token_log_probs([(row.prompt, row.text) for row in part])
            sums, sizes = log_probs_NT.masked_fill(~mask_NT, 0).double().sum(-1).tolist(), mask_NT.sum(-1).tolist()
            for row, log_prob, tokens in zip(part, sums, sizes, strict=True):
                row.log_prob, row.tokens = log_prob, tokens


FORMS: dict[str, Form] = {
    "answer": _answer,
    "strategy": _strategy,
    "instruct": _instruct,
    "grade": _grade,
    "improve": _improve,
    "translate": _translate,
    "search": _search,
}


def _draw(
    policy: Policy,
    draw: Draw,
    turns: list[Turn],
    wordings: list[str],
    *,
    starts: list[tuple[str, ...]] | None = None,
    examples: list[str] | None = None,
) -> list[Sample]:
    prompts = [
        _prompt(policy, turn.query, wording, examples[i] if examples else "")
        for i, (turn, wording) in enumerate(zip(turns, wordings, strict=True))
    ]
    asks = [
        Ask(prompt, turn.temperature, turn.seed, draw.max_tokens, starts=starts[i] if starts else None)
        for i, (turn, prompt) in enumerate(zip(turns, prompts, strict=True))
    ]
    samples = []
    for i, (turn, drawn) in enumerate(zip(turns, policy.draw(asks), strict=True)):
        prompt = prompts[i]
        recorded = prompt.text[len(examples[i]) :] if examples else prompt.text
        samples.append(
            Sample(
                turn.query,
                turn.idx,
                turn.temperature,
                prompt,
                drawn.text,
                drawn.tokens,
                drawn.log_prob,
                recorded=recorded,
                draft=_draft(turn.query) if _keeps_draft(turn.query, wordings[i]) else None,
            )
        )
    return samples


def _prompt(policy: Policy, query: Query, wording: str, examples: str = "") -> Prompt:
    text = write_prompt(query, wording, policy.style, _draft(query), examples)
    return Prompt(text, query.image, query.choices)


def _keeps_draft(query: Query, wording: str) -> bool:
    """What was read beside the question; of an image its alt-text, which is always there."""
    return query.tags is not None or wording not in ("answer", "instruct")


def _draft(query: Query) -> str | None:
    return query.draft or query.target


def _options(draw: Draw, known: dict[str, Any]) -> dict[str, Any]:
    if unknown := sorted(draw.options.keys() - known.keys()):
        raise SpecError(f"draw.options.{unknown[0]} is not an option of form {draw.form}")
    return {**known, **draw.options}


class _Guide:
    """Asks the policy what searches want to know."""

    def __init__(
        self, policy: Policy, draw: Draw, turns: list[Turn], prompts: list[Prompt], temperature: float | None
    ) -> None:
        self.policy, self.draw, self.turns, self.prompts, self.temperature = policy, draw, turns, prompts, temperature
        self.asked = [0] * len(turns)

    def __call__(self, wants: list[tuple[int, Want]]) -> list[list[Any]]:
        asks = [ask for i, want in wants for ask in self._asks(i, want)]
        drawn = iter(self.policy.draw(asks))
        answers: list[list[Any]] = []
        for _, want in wants:
            texts = [next(drawn).text for _ in want.paths]
            if want.what == "reflect":
                answers.append([END if text.startswith(END) else text for text in texts])
            elif want.what == "score":
                answers.append([read_value(text) for text in texts])
            else:
                starts = [" ".join(["<steps>", *path]) for path in want.paths]
                answers.append([_step(text, start) for text, start in zip(texts, starts, strict=True)])
        return answers

    def _asks(self, i: int, want: Want) -> list[Ask]:
        turn, asks = self.turns[i], []
        for path in want.paths:
            self.asked[i] += 1
            seed = derive_seed(turn.seed, self.asked[i])
            start = " ".join(["<steps>", *path])
            if want.what == "propose":
                prompt = self.prompts[i]
                if self.policy.style == "plain" and want.advice:
                    prompt = replace(prompt, text=f"{prompt.text}\nAdvice on the next step: {want.advice}")
                stop = "." if self.policy.style == "marks" else "\n"
                temperature = turn.temperature if self.temperature is None else self.temperature
                asks.append(Ask(prompt, temperature, seed, self.draw.max_tokens, starts=(start,), stop=stop))
            else:
                wording = "quality" if want.what == "score" else "reflect"
                prompt = _prompt(self.policy, replace(turn.query, draft=start), wording)
                asks.append(Ask(prompt, 0.0, seed, self.draw.max_tokens))
        return asks


def _step(text: str, start: str) -> str:
    """What was added; nothing once an answer is there."""
    return text[len(start) :].strip() if text.startswith(start) else ""


def _in_step(searches: list[Search], answer: Callable[[list[tuple[int, Want]]], list[list[Any]]]) -> list[Found]:
    """All searches side by side: what they want at a time is asked of the policy at once."""
    found: dict[int, Found] = {}
    wants = [(i, next(one)) for i, one in enumerate(searches)]
    while wants:
        onward = []
        for (i, _), reply in zip(wants, answer(wants), strict=True):
            try:
                onward.append((i, searches[i].send(reply)))
            except StopIteration as end:
                found[i] = end.value
        wants = onward
    return [found[i] for i in range(len(searches))]
