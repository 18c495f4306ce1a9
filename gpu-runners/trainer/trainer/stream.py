"""Batches from shards that are read as they are needed: one window of samples in memory, the next on its way.

Which samples a window holds is `order.py`'s affair, a function of seed and step, so a run that was killed goes on in
the middle of an epoch. Layers are joined and texts tokenised as a window is read; images are decoded a batch ahead.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from trainer.data import Batch, Batches, Corpus, TagFacts, join_rows, make_corpus, read_rows
from trainer.lent_shards import LentShards
from trainer.order import Order, Plan, Source
from trainer.spec import Spec, SpecError
from trainer.text import ClipTokenizer


class StreamedBatches(Batches):
    """As `Batches`, over data of any size. Tags are those most frequent in the first window."""

    def __init__(self, spec: Spec, model: tuple[dict[str, Any], ClipTokenizer], shards: LentShards) -> None:
        recipe = spec.recipe
        if recipe.watch.holdout_share:
            raise SpecError("recipe.watch.holdoutShare needs the data in memory: turn recipe.data.streaming off")
        # Decoded images of a window are used once: keeping them would gain nothing.
        self.spec, self.model, self.shards = replace(spec, image_cache_bytes=0), model, shards
        self.recipe, self.seed = recipe, spec.seed
        counts = _counts(spec)
        total = sum(sum(source.counts) for source in counts)
        if total < 2:
            raise SpecError(f"the data has {total} samples: training needs at least 2")
        self.size = min(recipe.batch_size, total)
        self.window_steps = max(1, min(recipe.data.shuffle_buffer, total) // self.size)
        self.samples = total
        self.order = Order(counts, Plan(self.size, self.window_steps, spec.seed, recipe.data.resample))
        self.pool = ThreadPoolExecutor(1)
        self.lost: set[str] = set()
        self.tag_facts: TagFacts | None = None
        self.corpus = self._read(0)
        self.tag_facts = self.corpus.tag_facts
        # What is looked at while training, and what Fisher information is taken of, is of the first window: it stays.
        self.train_N, self.held_N = torch.arange(len(self.corpus.uids)), torch.empty(0, dtype=torch.long)
        self.number = 0
        self.coming: tuple[int, Future[Corpus]] | None = None

    def index(self, step: int) -> Tensor:
        first = step % self.window_steps * self.size
        return torch.arange(first, first + self.size)

    def __getitem__(self, step: int) -> Batch:
        self._turn_to(step // self.window_steps)
        return super().__getitem__(step)

    def prefetch(self, step: int, share: Callable[[Tensor], Tensor]) -> None:
        number = step // self.window_steps
        if number == self.number:
            self.corpus.images.prefetch(share(self.index(step)))
        elif self.coming and self.coming[1].done() and not self.coming[1].exception():
            self.coming[1].result().images.prefetch(share(self.index(step)))

    def undecodable(self) -> int:
        return len(self.lost | self._undecodable())

    def _undecodable(self) -> set[str]:
        return {self.corpus.uids[i] for i in self.corpus.images.undecodable}

    def _turn_to(self, number: int) -> None:
        if number == self.number and self.coming:
            return
        if number != self.number:
            self.lost |= self._undecodable()
            if self.number:
                self.corpus.images.pool.shutdown(wait=False)
            is_here = self.coming and self.coming[0] == number
            self.corpus = self.coming[1].result() if self.coming and is_here else self._read(number)
            self.number = number
        self.coming = number + 1, self.pool.submit(self._read, number + 1)
        self.shards.keep_only({shard for kept in (0, number, number + 1) for shard in self.order.shards(kept)})

    def _read(self, number: int) -> Corpus:
        needed = self.order.shards(number)
        self.shards.ask(needed)
        self.shards.wait(needed)
        rows = {shard: read_rows(self.spec.data[shard]) for shard in needed}
        places = self.order.window(number)
        firsts = dict(zip(needed, _running([len(rows[shard].uids) for shard in needed]), strict=True))
        window = join_rows(rows.values()).take([firsts[place.shard] + place.row for place in places])
        corpus = make_corpus(window, (self.spec, *self.model), self.tag_facts)
        return corpus._replace(hash=_name_data(self.spec))


def _counts(spec: Spec) -> list[Source]:
    """Samples of each shard, by version. Shards come version after version, so that their numbers are the order's."""
    weights = spec.weights or (1.0,)
    if any(files.samples is None for files in spec.data):
        raise SpecError("data: streaming needs each shard's number of samples")
    if [files.source for files in spec.data] != sorted(files.source for files in spec.data):
        raise SpecError("data: shards must come version after version")
    of_source = [tuple(f.samples or 0 for f in spec.data if f.source == i) for i in range(len(weights))]
    return [Source(counts, weight) for counts, weight in zip(of_source, weights, strict=True)]


def _running(counts: list[int]) -> list[int]:
    return [sum(counts[:i]) for i in range(len(counts))]


def _name_data(spec: Spec) -> str:
    facts = [(files.shard.name, files.samples, files.source) for files in spec.data]
    return hashlib.sha256(repr((facts, spec.weights)).encode()).hexdigest()
