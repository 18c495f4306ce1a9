"""The `sample` step: queries to prompts, prompts to texts, texts to verdicts and rewards; then one Parquet file."""

import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.loops.draws import derive_seed
from trainer.loops.forms import Turn, draw_form
from trainer.loops.policy import Policy, load_policy
from trainer.loops.queries import Query, choose, read_rows, read_task
from trainer.loops.rewards import add_rewards
from trainer.loops.samples import SCHEMA, Sample
from trainer.loops.spec import SampleSpec
from trainer.loops.verify import add_verdicts

# Rows drawn between two words on how far it is.
ROWS_AT_ONCE = 2048


def sample(spec: SampleSpec, say: Callable[..., None]) -> dict[str, Any]:
    began = time.monotonic()
    policy = load_policy(spec.policy.kind, spec.policy.folder)
    known = read_task(spec.task)
    queries = _queries(spec, known)
    pool = [query for query in known if query.split == spec.draw.split]
    samples = draw_samples(policy, queries, pool, spec, say)
    add_verdicts(samples, spec.task, spec.draw.form)
    add_rewards(samples, spec, policy, known)
    spec.output.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist([row.columns() for row in samples], schema=SCHEMA)
    pq.write_table(table, spec.output, compression="zstd")
    counts = {"samples": len(samples), "tokens": sum(row.tokens for row in samples), "queries": len(queries)}
    return {"counts": counts, "seconds": time.monotonic() - began}


def draw_samples(
    policy: Policy, queries: list[Query], pool: list[Query], spec: SampleSpec, say: Callable[..., None]
) -> list[Sample]:
    turns = _turns(spec, queries)
    samples: list[Sample] = []
    for begin in range(0, len(turns), ROWS_AT_ONCE):
        samples += draw_form(policy, spec.draw, turns[begin : begin + ROWS_AT_ONCE], pool)
        say("progress", done=min(begin + ROWS_AT_ONCE, len(turns)), total=len(turns))
    return samples


def _turns(spec: SampleSpec, queries: list[Query]) -> list[Turn]:
    draw = spec.draw
    each = [(temperature, idx) for temperature in draw.temperatures for idx in range(draw.count)]
    each = [(0.0, -1), *each] if draw.greedy else each
    return [
        Turn(query, temperature, idx, derive_seed(spec.seed, query.query_id, temperature, idx))
        for query in queries
        for temperature, idx in each
    ]


def _queries(spec: SampleSpec, known: list[Query]) -> list[Query]:
    if spec.rows is None:
        chosen = choose(known, spec.draw)
    else:
        chosen = read_rows(spec.rows, {query.query_id: query for query in known})
    return chosen[spec.shard :: spec.shards]
