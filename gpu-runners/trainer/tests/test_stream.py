"""Streaming and mixing: what is shown, what is held, and that a kill in mid-epoch changes nothing."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.conftest import make_spec, write_shard
from tests.runs import assert_same, kill_at_first_checkpoint, read_events, run, run_together
from trainer.data import Batches, read_corpus
from trainer.events import Events
from trainer.lent_shards import LentShards
from trainer.spec import Spec, SpecError
from trainer.stream import StreamedBatches
from trainer.text import ClipTokenizer

COUNT = 24


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("many")
    return [{**write_shard(folder, number, COUNT), "samples": COUNT, "source": number // 3} for number in range(4)]


@pytest.fixture
def streamed(raw_spec: dict[str, Any], many: list[dict[str, Any]]) -> dict[str, Any]:
    """Four shards of two versions, the second with three times the weight; windows of two batches."""
    raw_spec["recipe"] |= {"data": {"streaming": True, "shuffleBuffer": 32}}
    return raw_spec | {"data": many, "weights": [1, 3]}


def model_of(spec: Spec) -> tuple[dict[str, Any], ClipTokenizer]:
    package = json.loads((spec.init / "model.json").read_text())
    return package, ClipTokenizer(spec.init / "tokenizer.json", package)


def open_stream(raw: dict[str, Any], events: Events | None = None) -> StreamedBatches:
    spec = make_spec(raw)
    return StreamedBatches(spec, model_of(spec), LentShards(spec.data, spec.is_lent, events or Events([])))


def uids(batches: Batches, step: int) -> list[str]:
    batch = batches[step]
    return [batches.corpus.uids[i] for i in batch.index_B.tolist()]


def test_every_streamed_batch_is_a_function_of_its_step(streamed: dict[str, Any]) -> None:
    one, other = open_stream(streamed), open_stream(streamed)
    _ = [one[step] for step in range(7)]

    assert uids(one, 7) == uids(other, 7)
    assert torch.equal(one[7].tokens_TL, other[7].tokens_TL)
    assert torch.equal(one.corpus.images[one.index(7)], other.corpus.images[other.index(7)])


def test_texts_and_pictures_of_a_streamed_sample_are_those_of_the_data_in_memory(streamed: dict[str, Any]) -> None:
    stream, spec = open_stream(streamed), make_spec(streamed)
    corpus = read_corpus(spec, *model_of(spec))
    row_of = {uid: row for row, uid in enumerate(corpus.uids)}

    for step in range(3):
        rows = [row_of[uid] for uid in uids(stream, step)]
        index = stream.index(step)
        assert torch.equal(stream.corpus.raw_NL[index], corpus.raw_NL[rows])
        assert torch.equal(stream.corpus.is_refined_N[index], corpus.is_refined_N[rows])
        assert torch.equal(stream.corpus.images[index], corpus.images[torch.tensor(rows)])


@pytest.mark.parametrize("is_streaming", [True, False])
def test_versions_are_mixed_by_weight_in_every_batch(streamed: dict[str, Any], is_streaming: bool) -> None:
    streamed["recipe"]["data"]["streaming"] = is_streaming
    spec = make_spec(streamed)
    in_memory = Batches(read_corpus(spec, *model_of(spec)), spec.recipe, spec.seed, spec.weights)
    batches = open_stream(streamed) if is_streaming else in_memory

    for step in range(8):
        sources = batches.corpus.source_N[batches[step].index_B]
        assert sources.bincount(minlength=2).tolist() == [4, 12]


def test_killed_by_kill_9_in_mid_epoch_it_ends_with_the_same_losses(streamed: dict[str, Any], tmp_path: Path) -> None:
    streamed["recipe"] |= {"steps": 60, "checkpointEverySteps": 3}
    straight = run(streamed | {"output": str(tmp_path / "straight"), "checkpoint_dir": str(tmp_path / "unused")})

    newest = kill_at_first_checkpoint(streamed)
    resumed = run(streamed | {"resume": str(newest)})

    assert read_events(streamed, "start")[-1]["step"] > 0
    assert_same(straight, resumed)
    curves = [(tmp_path / name / "curve.jsonl").read_text().splitlines() for name in ("output", "straight")]
    assert [json.loads(line)["loss"] for line in curves[0]] == [json.loads(line)["loss"] for line in curves[1]]


def test_two_processes_stream_what_one_does(
    streamed: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    streamed["recipe"]["steps"] = 6
    one = streamed | {"output": str(tmp_path / "one")}
    run(one)

    run_together(streamed, monkeypatch)

    losses = [[event["loss"] for event in read_events(raw, "progress")] for raw in (one, streamed)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)


class Lender(io.StringIO):
    """Places files as they are asked for and takes them back, and remembers the most it ever lent at once."""

    def __init__(self, store: Path, folder: Path) -> None:
        super().__init__()
        self.store, self.folder, self.lent, self.most = store, folder, set[str](), 0

    def write(self, line: str) -> int:
        event = json.loads(line)
        if event["type"] == "need":
            self.lent |= set(event["names"])
            self.most = max(self.most, sum(name.startswith("shard") for name in self.lent))
            for name in event["names"]:
                shutil.copyfile(self.store / name, self.folder / f"{name}.partial")
                (self.folder / f"{name}.partial").replace(self.folder / name)
        if event["type"] == "free":
            self.lent -= set(event["names"])
            for name in event["names"]:
                (self.folder / name).unlink()
        return len(line)


def test_a_version_larger_than_the_disk_is_trained_on_shard_by_shard(raw_spec: dict[str, Any], tmp_path: Path) -> None:
    store, folder = tmp_path / "store", tmp_path / "lent"
    store.mkdir()
    folder.mkdir()
    shards = [write_shard(store, number, 16) for number in range(8)]
    data = [{kind: str(folder / Path(path).name) for kind, path in files.items()} for files in shards]
    raw_spec["recipe"] |= {"data": {"streaming": True, "shuffleBuffer": 16}}
    lender = Lender(store, folder)
    stream = open_stream(
        raw_spec | {"data": [{**files, "samples": 16} for files in data], "is_lent": True},
        Events([lender]),
    )

    shown = [uid for step in range(16) for uid in uids(stream, step)]

    assert sorted(shown) == sorted([f"{shard:016x}{i:016x}" for shard in range(8) for i in range(16)] * 2)
    assert lender.most <= 4
    assert len(list(folder.glob("*.tar"))) <= 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"watch": {"holdoutShare": 0.1}}, "turn recipe.data.streaming off"),
        ({"data": {"streaming": True, "shuffleBuffer": 1}}, "shuffleBuffer must be at least 2"),
    ],
)
def test_what_streaming_can_not_do_is_refused(streamed: dict[str, Any], change: dict[str, Any], message: str) -> None:
    streamed["recipe"] |= change

    with pytest.raises(SpecError, match=message):
        open_stream(streamed)


def test_a_shard_that_has_other_samples_than_its_version_says_is_refused(streamed: dict[str, Any]) -> None:
    streamed["data"] = [{**files, "samples": COUNT + 1} for files in streamed["data"]]

    with pytest.raises(SpecError, match="has 24 samples, but its version says 25"):
        open_stream(streamed)
