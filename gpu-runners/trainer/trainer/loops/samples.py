"""A drawn text on its way to `samples.parquet`, by `sampleColumns` of `schemas/src/tasks/loop-steps.ts`."""

import json
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from trainer.loops.policy import Prompt
from trainer.loops.queries import Query

SCHEMA = pa.schema(
    [
        ("query_id", pa.string()),
        ("slice", pa.string()),
        ("sample_idx", pa.int32()),
        ("temperature", pa.float64()),
        ("prompt", pa.string()),
        ("text", pa.string()),
        ("tokens", pa.int32()),
        ("log_prob", pa.float64()),
        ("base_log_prob", pa.float64()),
        ("answer", pa.string()),
        ("correct", pa.bool_()),
        ("reward", pa.float64()),
        ("key", pa.string()),
        ("strategy", pa.string()),
        ("draft", pa.string()),
        ("extra", pa.string()),
    ]
)


@dataclass
class Sample:
    """Scored in place: verdicts and rewards fill in what drawing leaves open."""

    query: Query
    sample_idx: int
    temperature: float
    prompt: Prompt
    text: str
    tokens: int
    log_prob: float
    # What training rows get as their prompt: what was read, less examples.
    recorded: str
    base_log_prob: float | None = None
    answer: str | None = None
    correct: bool | None = None
    reward: float | None = None
    key: str | None = None
    strategy: str | None = None
    draft: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in SCHEMA.names if hasattr(self, name)}
        return {
            **own,
            "query_id": self.query.query_id,
            "slice": self.query.slice,
            "prompt": self.recorded,
            "extra": json.dumps(self.extra) if self.extra else None,
        }
