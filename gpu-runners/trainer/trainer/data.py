"""A dataset version in memory, and the batch of any step as a function of the seed and the step alone.

Shape suffixes: N samples, B batch, T texts, L tokens, K own negatives of a sample, V tag vocabulary.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import torch
from torch import Tensor

from trainer.captions import Pieces, choose_positive, positive_texts, uses_positives
from trainer.images import ImagePlace, ImageStore
from trainer.losses.tag_softmax import idf
from trainer.mix import mix
from trainer.order import seeded
from trainer.recipe import Recipe
from trainer.spec import ShardFiles, Spec, SpecError
from trainer.text import ClipTokenizer, clean_text
from trainer.watch.holdout import split

BASE_COLUMNS = ["uid", "image_offset", "image_bytes", "text"]
REFINED_COLUMNS = ["uid", "positive_description", "negative_description", "positive_tags", "negative_tags"]


class Corpus(NamedTuple):
    """All samples. Token tables a recipe has no use for are left out."""

    uids: list[str]
    is_earlier_N: Tensor
    source_N: Tensor
    images: ImageStore
    raw_NL: Tensor
    positives: Pieces | None
    negative_NL: Tensor | None
    negative_tags_NL: Tensor | None
    is_refined_N: Tensor
    has_negative_2N: Tensor
    """Whether a sample has a d-, and whether it has t-."""
    tag_ids: list[list[int]]
    tag_facts: "TagFacts"
    hash: str

    @property
    def tag_count(self) -> int:
        return len(self.tag_facts.weight_V)

    @property
    def tag_weight_V(self) -> Tensor:
        return self.tag_facts.weight_V


class Batch(NamedTuple):
    """Texts are the positives and, while hard negatives are on, K times the negatives after them."""

    index_B: Tensor
    tokens_TL: Tensor
    has_negative_KB: Tensor
    tags_BV: Tensor | None
    is_refined_B: Tensor


class Rows(NamedTuple):
    """Samples as their layers tell of them: text and, where there is one, refinement."""

    uids: list[str]
    is_earlier: list[bool]
    source: list[int]
    places: list[ImagePlace]
    texts: list[tuple[str, dict[str, Any] | None]]

    def take(self, index: list[int]) -> "Rows":
        columns: Any = ([column[i] for i in index] for column in self)
        return Rows(*columns)


class TagFacts(NamedTuple):
    """The tags a training knows, and the weight of each."""

    number_of: dict[str, int]
    weight_V: Tensor


def read_corpus(spec: Spec, package: dict[str, Any], tokenizer: ClipTokenizer) -> Corpus:
    """The whole data in memory."""
    rows = join_rows(read_rows(files) for files in spec.data)
    if len(rows.uids) < 2:
        raise SpecError(f"the data has {len(rows.uids)} samples: training needs at least 2")
    return make_corpus(rows, (spec, package, tokenizer))


def join_rows(parts: Iterable[Rows]) -> Rows:
    joined = Rows([], [], [], [], [])
    for part in parts:
        for column, values in zip(joined, part, strict=True):
            column += values
    return joined


def make_corpus(
    rows: Rows, context: tuple[Spec, dict[str, Any], ClipTokenizer], tag_facts: TagFacts | None = None
) -> Corpus:
    """A sample without a refinement keeps its raw text and is out of the extra losses. Counts tags if not given."""
    spec, package, tokenizer = context
    texts = rows.texts
    recipe, refined = spec.recipe, [row for _, row in texts]
    needs_tags, hni = recipe.tags.weight > 0, recipe.hni
    tags = [[clean_text(tag) for tag in row["positive_tags"]] if row and needs_tags else [] for row in refined]
    known = tag_facts or count_tags(tags, recipe.tags.vocabulary_size)
    descriptions = [(row["negative_description"] or "") if row else "" for row in refined]
    lists = [", ".join(row["negative_tags"]) if row else "" for row in refined]
    # Where one kind of negative is missing the other stands in.
    negatives = [d or t for d, t in zip(descriptions, lists, strict=True)]
    negative_tags = [t or d for d, t in zip(descriptions, lists, strict=True)]
    needs_lists = hni.weight > 0 and (hni.tag_probability > 0 or hni.negatives == "both")
    return Corpus(
        uids=rows.uids,
        is_earlier_N=torch.tensor(rows.is_earlier),
        source_N=torch.tensor(rows.source),
        images=ImageStore(rows.places, package["image"], spec.image_cache_bytes, spec.threads),
        raw_NL=tokenizer([text for text, _ in texts]),
        positives=_positives(texts, recipe, tokenizer) if uses_positives(recipe) else None,
        negative_NL=tokenizer(negatives) if hni.weight > 0 else None,
        negative_tags_NL=tokenizer(negative_tags) if needs_lists else None,
        is_refined_N=torch.tensor([row is not None for row in refined]),
        has_negative_2N=torch.tensor([[bool(text) for text in kind] for kind in (descriptions, lists)]),
        tag_ids=[[known.number_of[tag] for tag in row if tag in known.number_of] for row in tags],
        tag_facts=known,
        hash=hashlib.sha256(repr((rows.uids, texts)).encode()).hexdigest(),
    )


def count_tags(tags: list[list[str]], size: int) -> TagFacts:
    number_of = tag_vocabulary(tags, size)
    ids = [[number_of[tag] for tag in row if tag in number_of] for row in tags]
    return TagFacts(number_of, idf(_occurrences(ids, len(number_of)), len(tags)))


def tag_vocabulary(tags: list[list[str]], size: int) -> dict[str, int]:
    """The `size` most frequent tags, by how many samples have them; equals in alphabetical order."""
    counts = Counter(tag for row in tags for tag in set(row) if tag)
    kept = sorted(counts, key=lambda tag: (-counts[tag], tag))[:size]
    return {tag: i for i, tag in enumerate(kept)}


class Batches:
    """The batch of each step. Epochs are seeded shuffles; what is left over at the end of one is dropped."""

    def __init__(self, corpus: Corpus, recipe: Recipe, seed: int, weights: tuple[float, ...] | None = None) -> None:
        self.corpus, self.recipe, self.seed = corpus, recipe, seed
        self.train_N, self.held_N = split(corpus.uids, seed=seed, share=recipe.watch.holdout_share)
        if len(self.train_N) < 2:
            raise SpecError(f"{len(self.train_N)} samples are left to train on: lower watch.holdoutShare")
        self.samples = len(corpus.uids)
        self.size = min(recipe.batch_size, len(self.train_N))
        self.steps_per_epoch = len(self.train_N) // self.size
        self.order = mix(corpus.source_N[self.train_N], weights, (self.size, self.steps_per_epoch, seed))
        self.epoch, self.order_N = -1, torch.empty(0)

    def index(self, step: int) -> Tensor:
        epoch, position = divmod(step, self.steps_per_epoch)
        if epoch != self.epoch:
            self.epoch, self.order_N = epoch, self.train_N[self._shuffle(epoch)]
        return self.order_N[position * self.size : (position + 1) * self.size]

    def _shuffle(self, epoch: int) -> Tensor:
        if self.order:
            return self.order.window(epoch)
        return torch.randperm(len(self.train_N), generator=seeded(self.seed, f"epoch {epoch}"))

    def prefetch(self, step: int, share: Callable[[Tensor], Tensor]) -> None:
        """Starts decoding this process's images of a step that is to come."""
        self.corpus.images.prefetch(share(self.index(step)))

    def undecodable(self) -> int:
        return len(self.corpus.images.undecodable)

    def __getitem__(self, step: int) -> Batch:
        corpus, recipe, index_B = self.corpus, self.recipe, self.index(step)
        use_positive_B, use_tags_B = torch.rand(2, self.size, generator=seeded(self.seed, f"texts {step}"))
        tokens = [self._positives(index_B, use_positive_B), *self._negatives(index_B, use_tags_B)]
        has_negative_KB = corpus.has_negative_2N[:, index_B]
        if recipe.hni.negatives == "one":
            has_negative_KB = has_negative_KB.any(0, keepdim=True)
        is_refined_B = corpus.is_refined_N[index_B]
        return Batch(index_B, torch.cat(tokens).long(), has_negative_KB, self._tags(index_B), is_refined_B)

    def _positives(self, index_B: Tensor, draw_B: Tensor) -> Tensor:
        pieces = self.corpus.positives
        if pieces is None:
            return self.corpus.raw_NL[index_B]
        return pieces.rows(index_B, choose_positive(pieces.count_N[index_B], draw_B, self.recipe))

    def _negatives(self, index_B: Tensor, draw_B: Tensor) -> list[Tensor]:
        negative_NL, negative_tags_NL = self.corpus.negative_NL, self.corpus.negative_tags_NL
        kinds = [rows_NL[index_B] for rows_NL in (negative_NL, negative_tags_NL) if rows_NL is not None]
        if len(kinds) < 2 or self.recipe.hni.negatives == "both":
            return kinds
        is_tags_B1 = (draw_B < self.recipe.hni.tag_probability).unsqueeze(1)
        return [torch.where(is_tags_B1, kinds[1], kinds[0])]

    def texts(self, index_N: Tensor, purpose: str) -> Tensor:
        """Positive texts of any samples, drawn once for a purpose and not for a step."""
        draw_N = torch.rand(len(self.corpus.uids), generator=seeded(self.seed, purpose))[index_N]
        return self._positives(index_N, draw_N).long()

    def _tags(self, index_B: Tensor) -> Tensor | None:
        if not self.corpus.tag_count:
            return None
        tags_BV = torch.zeros(self.size, self.corpus.tag_count)
        for row, sample in enumerate(index_B.tolist()):
            tags_BV[row, self.corpus.tag_ids[sample]] = 1
        return tags_BV


def _positives(rows: list[tuple[str, dict[str, Any] | None]], recipe: Recipe, tokenizer: ClipTokenizer) -> Pieces:
    texts = [positive_texts(text, row, recipe) for text, row in rows]
    count_N = torch.tensor([len(parts) for parts in texts])
    tokens_PL = tokenizer([part for parts in texts for part in parts])
    return Pieces(tokens_PL, count_N.cumsum(0) - count_N, count_N)


def _occurrences(tag_ids: list[list[int]], tag_count: int) -> Tensor:
    """In how many samples each tag is."""
    seen = torch.tensor([tag for row in tag_ids for tag in set(row)], dtype=torch.long)
    return torch.bincount(seen, minlength=tag_count)


def read_rows(files: ShardFiles) -> Rows:
    """A shard's samples, its layers joined by uid."""
    base = _read_layer(files.base, BASE_COLUMNS)
    refined = {row["uid"]: row for row in _read_layer(files.refined, REFINED_COLUMNS)} if files.refined else {}
    if not files.shard.is_file():
        raise SpecError(f"shard {files.shard.name} is missing")
    if files.samples not in (None, len(base)):
        raise SpecError(f"shard {files.shard.name} has {len(base)} samples, but its version says {files.samples}")
    return Rows(
        uids=[row["uid"] for row in base],
        is_earlier=[files.is_earlier] * len(base),
        source=[files.source] * len(base),
        places=[ImagePlace(files.shard, row["image_offset"], row["image_bytes"]) for row in base],
        texts=[(row["text"], refined.get(row["uid"])) for row in base],
    )


def _read_layer(path: Any, columns: list[str]) -> list[dict[str, Any]]:
    try:
        return pq.read_table(path, columns=columns).to_pylist()
    except (OSError, ValueError, KeyError) as error:
        raise SpecError(f"layer {path.name} can't be read: {error}") from error
