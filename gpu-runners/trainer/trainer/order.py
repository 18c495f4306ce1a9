"""Which samples each batch shows, as a function of seed and step alone, over any number of shards and versions.

A version is a stream without end: its shards in a seeded order (or drawn with replacement), the samples of a shard in
a seeded order at each visit. A window of steps takes the next samples of every stream, shuffles them together, and
deals them to batches so that each version has its share of every batch, to within one sample. Nothing but window
number and seed decides, so a run goes on in the middle of an epoch without any state.
"""

import hashlib
from bisect import bisect_right
from fractions import Fraction
from threading import Lock
from typing import NamedTuple

import torch


def seeded(seed: int, purpose: str) -> torch.Generator:
    """A generator for one purpose: resuming needs no generator state, and arms of one seed share their draws."""
    digest = hashlib.sha256(f"{seed} {purpose}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))


class Source(NamedTuple):
    """A version: samples in each of its shards, and its weight among the versions that are mixed."""

    counts: tuple[int, ...]
    weight: float = 1.0


class Plan(NamedTuple):
    batch_size: int
    steps_per_window: int
    seed: int
    resample: bool = False


class Place(NamedTuple):
    """A sample: shard (counted over all sources, in order) and row."""

    shard: int
    row: int


class Order:
    """Windows of batches. Shards are numbered through all sources."""

    def __init__(self, sources: list[Source], plan: Plan) -> None:
        self.plan = plan
        firsts = [sum(len(source.counts) for source in sources[:i]) for i in range(len(sources))]
        self.streams = [
            _Stream(source.counts, first, (plan.seed, f"source {i}", plan.resample))
            for i, (source, first) in enumerate(zip(sources, firsts, strict=True))
        ]
        total = sum(Fraction(source.weight) for source in sources)
        self.upto = [sum(Fraction(source.weight) for source in sources[: i + 1]) / total for i in range(len(sources))]

    def window(self, number: int) -> list[Place]:
        """Samples of window `number`, batch after batch."""
        steps, seed = self.plan.steps_per_window, self.plan.seed
        first = number * steps
        pools = [
            _shuffled(
                stream.samples(self._taken(i, first), self._taken(i, first + steps)), seed, f"window {number} {i}"
            )
            for i, stream in enumerate(self.streams)
        ]
        rows: list[Place] = []
        for step in range(first, first + steps):
            batch = [
                place
                for i, pool in enumerate(pools)
                for place in pool[self._taken(i, step) - self._taken(i, first) :][: self._quota(i, step)]
            ]
            rows += _shuffled(batch, seed, f"batch {step}") if len(pools) > 1 else batch
        return rows

    def shards(self, number: int) -> list[int]:
        """Shards that window `number` reads, in the order of their first use by their streams."""
        first = number * self.plan.steps_per_window
        last = first + self.plan.steps_per_window
        visits = [stream.shards(self._taken(i, first), self._taken(i, last)) for i, stream in enumerate(self.streams)]
        return list(dict.fromkeys(shard for visit in visits for shard in visit))

    def _taken(self, source: int, steps: int) -> int:
        """Samples of a source in the first `steps` batches."""
        below = int(steps * self.plan.batch_size * self.upto[source - 1]) if source else 0
        return int(steps * self.plan.batch_size * self.upto[source]) - below

    def _quota(self, source: int, step: int) -> int:
        return self._taken(source, step + 1) - self._taken(source, step)


class _Stream:
    """One source's samples, numbered from zero without end."""

    def __init__(self, counts: tuple[int, ...], first: int, draw: tuple[int, str, bool]) -> None:
        self.counts, self.first = counts, first
        self.seed, self.name, self.resample = draw
        self.visited: list[int] = []
        self.ends: list[int] = []
        # A window is read ahead in a thread of its own while training asks which shards to keep.
        self.lock = Lock()

    def samples(self, start: int, stop: int) -> list[Place]:
        found: list[Place] = []
        for visit in self._visits(start, stop):
            count, end = self.counts[self.visited[visit]], self.ends[visit]
            rows = torch.randperm(count, generator=seeded(self.seed, f"{self.name} visit {visit}")).tolist()
            begin = end - count
            kept = rows[max(start - begin, 0) : stop - begin]
            found += [Place(self.first + self.visited[visit], row) for row in kept]
        return found

    def shards(self, start: int, stop: int) -> list[int]:
        return [self.first + self.visited[visit] for visit in self._visits(start, stop)]

    def _visits(self, start: int, stop: int) -> range:
        with self.lock:
            while not self.ends or self.ends[-1] < stop:
                self._extend()
        return range(bisect_right(self.ends, start), bisect_right(self.ends, max(start, stop - 1)) + 1)

    def _extend(self) -> None:
        generator = seeded(self.seed, f"{self.name} epoch {len(self.visited) // len(self.counts)}")
        count = len(self.counts)
        drawn = (
            torch.randint(count, (count,), generator=generator)
            if self.resample
            else torch.randperm(count, generator=generator)
        )
        for shard in drawn.tolist():
            self.visited.append(shard)
            self.ends.append((self.ends[-1] if self.ends else 0) + self.counts[shard])


def _shuffled(places: list[Place], seed: int, purpose: str) -> list[Place]:
    return [places[i] for i in torch.randperm(len(places), generator=seeded(seed, purpose)).tolist()]
