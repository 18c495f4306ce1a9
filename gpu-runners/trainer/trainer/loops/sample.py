"""The `sample` step: queries to prompts, prompts to texts, texts to verdicts and rewards; then one Parquet file."""

import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.loops.draws import derive_seed
from trainer.loops.forms import prompt_of
from trainer.loops.policy import Ask, Policy, load_policy
from trainer.loops.queries import Query, choose, read_questions, read_rows
from trainer.loops.rewards import add_rewards
from trainer.loops.samples import SCHEMA, Sample
from trainer.loops.spec import SampleSpec
from trainer.loops.verify import add_verdicts

# Rows drawn between two words on how far it is.
ROWS_AT_ONCE = 2048


def sample(spec: SampleSpec, say: Callable[..., None]) -> dict[str, Any]:
    began = time.monotonic()
    policy = load_policy(spec.policy.kind, spec.policy.folder)
    queries = _queries(spec)
    samples = draw_samples(policy, queries, spec, say)
    add_verdicts(samples, spec.task)
    add_rewards(samples, spec, policy)
    spec.output.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist([row.columns() for row in samples], schema=SCHEMA)
    pq.write_table(table, spec.output, compression="zstd")
    counts = {"samples": len(samples), "tokens": sum(row.tokens for row in samples), "queries": len(queries)}
    return {"counts": counts, "seconds": time.monotonic() - began}


def draw_samples(policy: Policy, queries: list[Query], spec: SampleSpec, say: Callable[..., None]) -> list[Sample]:
    plan = [(query, *turn) for query in queries for turn in _turns(spec)]
    samples = []
    for begin in range(0, len(plan), ROWS_AT_ONCE):
        part = plan[begin : begin + ROWS_AT_ONCE]
        prompts = [prompt_of(query, spec.draw, spec.policy.kind) for query, _, _ in part]
        asks = [
            Ask(prompt, temperature, derive_seed(spec.seed, query.query_id, temperature, idx), spec.draw.max_tokens)
            for (query, temperature, idx), prompt in zip(part, prompts, strict=True)
        ]
        for (query, temperature, idx), prompt, drawn in zip(part, prompts, policy.draw(asks), strict=True):
            samples.append(Sample(query, idx, temperature, prompt, drawn.text, drawn.tokens, drawn.log_prob))
        say("progress", done=len(samples), total=len(plan))
    return samples


def _turns(spec: SampleSpec) -> list[tuple[float, int]]:
    draw = spec.draw
    turns = [(temperature, idx) for temperature in draw.temperatures for idx in range(draw.count)]
    return [(0.0, -1), *turns] if draw.greedy else turns


def _queries(spec: SampleSpec) -> list[Query]:
    known = read_questions(spec.task.files[0])
    if spec.rows is None:
        chosen = choose(known, spec.draw)
    else:
        chosen = read_rows(spec.rows, {query.query_id: query for query in known})
    return chosen[spec.shard :: spec.shards]
