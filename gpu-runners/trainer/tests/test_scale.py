"""One training spread over processes, chunks and blocks learns what one process learns."""

from pathlib import Path
from typing import Any

import pytest
import torch
from open_clip.loss import ClipLoss
from torch import nn
from torch.testing import assert_close

from tests.conftest import architecture
from tests.runs import read_events, run, run_together
from trainer.distributed import Place
from trainer.gradient_cache import Chunk, cached_backward, cut
from trainer.model import Towers, Trainee, build_clip
from trainer.recipe import Scale
from trainer.scale import prepare
from trainer.spec import SpecError


def assert_near(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    """Less the biases of attention keys: their gradient is zero but for rounding, of which Adam makes whole steps."""
    assert one.keys() == other.keys()
    for name, value in one.items():
        keep = torch.ones_like(value, dtype=torch.bool)
        if name.endswith("in_proj_bias"):
            keep[len(value) // 3 : 2 * len(value) // 3] = False
        assert_close(other[name][keep], value[keep], atol=1e-5, rtol=1e-4, msg=f"{name} differs")


def losses(raw: dict[str, Any]) -> list[float]:
    return [event["loss"] for event in read_events(raw, "progress")]


@pytest.mark.parametrize("scale", [{}, {"sharding": "fsdp"}, {"sharding": "fsdp", "chunkSize": 3}, {"chunkSize": 4}])
def test_two_processes_learn_what_one_learns(
    raw_spec: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scale: dict[str, Any]
) -> None:
    one = raw_spec | {"output": str(tmp_path / "one")}
    alone = run(one)
    raw_spec["recipe"]["scale"] = scale

    together = run_together(raw_spec, monkeypatch)

    assert_near(alone, together)
    assert losses(raw_spec) == pytest.approx(losses(one), abs=1e-5)


@pytest.mark.parametrize("sharding", ["ddp", "fsdp"])
def test_a_checkpoint_of_two_processes_goes_on_in_one_and_back(
    raw_spec: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sharding: str
) -> None:
    raw_spec["recipe"]["scale"] = {"sharding": sharding}
    alone = run(raw_spec | {"output": str(tmp_path / "alone")})
    of_one = str(tmp_path / "checkpoints" / "step-00000005.safetensors")

    two = raw_spec | {"output": str(tmp_path / "two"), "checkpoint_dir": str(tmp_path / "both"), "resume": of_one}
    together = run_together(two, monkeypatch)
    resumed = run(raw_spec | {"resume": str(tmp_path / "both" / "step-00000010.safetensors")})

    assert read_events(raw_spec, "start")[0]["step"] == 10
    assert_near(alone, together)
    assert_near(alone, resumed)


@pytest.mark.parametrize(
    "scale", [{"chunkSize": 5}, {"activationCheckpointing": True}, {"chunkSize": 1, "activationCheckpointing": True}]
)
def test_chunks_and_recomputed_activations_change_no_loss(
    raw_spec: dict[str, Any], tmp_path: Path, scale: dict[str, Any]
) -> None:
    plain = raw_spec | {"output": str(tmp_path / "plain")}
    expected = run(plain)
    raw_spec["recipe"]["scale"] = scale

    assert_near(expected, run(raw_spec))
    assert losses(raw_spec) == pytest.approx(losses(plain), abs=1e-5)


def test_compiled_blocks_learn_what_eager_ones_learn(
    raw_spec: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw_spec["recipe"] |= {"steps": 3, "hni": {"weight": 0}, "tags": {"weight": 0}}
    plain = raw_spec | {"output": str(tmp_path / "plain")}
    expected = run(plain)
    raw_spec["recipe"]["scale"] = {"compile": True}
    # Blocks are traced with their gradients as in earnest; the C++ that torch would make of them takes minutes here.
    compile_block, compiled = nn.Module.compile, list[nn.Module]()

    def compile_without_cpp(block: nn.Module) -> None:
        compiled.append(block)
        compile_block(block, backend="aot_eager")

    monkeypatch.setattr(nn.Module, "compile", compile_without_cpp)

    assert_near(expected, run(raw_spec))
    assert len(compiled) == 2
    assert losses(raw_spec) == pytest.approx(losses(plain), abs=1e-5)


def tower_gradients(trainee: Trainee) -> dict[str, torch.Tensor]:
    return {name: p.grad.clone() for name, p in trainee.named_parameters() if p.grad is not None}


def test_gradients_of_chunks_are_those_of_open_clips_accumulation() -> None:
    """Its towers' gradients, that is: it adds the scale's once a chunk, though the loss has it once."""
    torch.manual_seed(0)
    trainee, loss = Trainee(build_clip(architecture()), 16, 0), ClipLoss()
    images, tokens = torch.randn(6, 3, 32, 32), torch.randint(1, 999, (6, 16))
    batch = Chunk(images, tokens)

    class Only:
        def __init__(self, total: torch.Tensor) -> None:
            self.total = total

    def loss_of(towers: Towers) -> Only:
        return Only(loss(towers.image_BD, towers.text_TD, towers.scale))

    cached_backward(trainee, cut(batch, 2), lambda _, chunk: trainee(*chunk), loss_of)
    ours = tower_gradients(trainee)

    trainee.zero_grad()
    with torch.no_grad():
        cached = [trainee(*chunk) for chunk in cut(batch, 2)]
    for number, chunk in enumerate(cut(batch, 2)):
        fresh = [*cached[:number], trainee(*chunk), *cached[number + 1 :]]
        image, text = torch.cat([t.image_BD for t in fresh]), torch.cat([t.text_TD for t in fresh])
        loss(image, text, fresh[number].scale).backward()
    theirs = tower_gradients(trainee)

    theirs["clip.logit_scale"] /= 3
    assert_near(theirs, ours)


def test_chunks_keep_each_image_with_its_texts() -> None:
    whole = Chunk(
        torch.arange(5.0).view(5, 1, 1, 1), torch.tensor([[0], [1], [2], [3], [4], [10], [11], [12], [13], [14]])
    )

    first, _, last = cut(whole, 2)

    assert first.tokens_TL.flatten().tolist() == [0, 1, 10, 11]
    assert last.tokens_TL.flatten().tolist() == [4, 14]


def test_chunks_of_a_tower_with_batch_norm_are_refused(raw_spec: dict[str, Any]) -> None:
    trainee = Trainee(build_clip(architecture("test_resnet.r160_in1k")), 16, 0)

    with pytest.raises(SpecError, match="without batch norm"):
        prepare(trainee, Place(0, 1, torch.device("cpu")), Scale(chunk_size=2))
