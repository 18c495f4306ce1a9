"""Losses over features gathered from two processes: open_clip's on the same inputs, values and gradients."""

from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
import torch.nn.functional as F
from open_clip.loss import ClipLoss, SigLipLoss
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.testing import assert_close

from trainer.distributed import Place
from trainer.losses.infonce import infonce_loss
from trainer.losses.siglip import siglip_loss

WORLD = 2
SCALE, BIAS = torch.tensor(14.0), torch.tensor(-10.0)


def rows(seed: int) -> Tensor:
    return F.normalize(torch.randn(8, 16, generator=torch.Generator().manual_seed(seed)), dim=-1)


def differentiate(place: Place, loss_of: Callable[[Tensor, Tensor], Tensor]) -> list[Tensor]:
    """Loss and gradients at this process's share of images and texts."""
    image, text = (place.share(rows(seed)).clone().requires_grad_() for seed in (0, 1))
    loss = loss_of(image, text)
    loss.backward()
    assert image.grad is not None
    assert text.grad is not None
    return [loss.detach().reshape(1), image.grad, text.grad]


def work(rank: int, folder: Path) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=WORLD)
    place = Place(rank, WORLD, torch.device("cpu"))
    open_clips = ClipLoss(gather_with_grad=True, rank=rank, world_size=WORLD)
    open_siglip = SigLipLoss(rank=rank, world_size=WORLD, dist_impl="gather")
    losses = {
        "infonce": lambda image, text: infonce_loss(place.gather(image), place.gather(text), SCALE),
        "open_infonce": lambda image, text: open_clips(image, text, SCALE),
        "siglip": lambda image, text: siglip_loss(place.gather(image), place.gather(text), SCALE, BIAS),
        "open_siglip": lambda image, text: open_siglip(image, text, SCALE, BIAS),
    }
    found = {name: differentiate(place, loss_of) for name, loss_of in losses.items()}
    flat = {f"{name}.{i}": value.contiguous() for name, values in found.items() for i, value in enumerate(values)}
    save_file(flat, folder / f"{rank}.safetensors")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Tensor]]:
    """What each of two processes computed."""
    folder = tmp_path_factory.mktemp("gather")
    processes = [get_context("fork").Process(target=work, args=(rank, folder)) for rank in range(WORLD)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    return [load_file(folder / f"{rank}.safetensors") for rank in range(WORLD)]


def test_two_processes_find_open_clips_losses_and_gradients(found: list[dict[str, Tensor]]) -> None:
    for values in found:
        for i in range(3):
            assert_close(values[f"infonce.{i}"], values[f"open_infonce.{i}"])
    # open_clip's sigmoid loss is each process's share, ours the whole: the mean over processes, as of gradients.
    assert_close(found[0]["siglip.0"], sum(values["open_siglip.0"] for values in found) / WORLD)
    for values in found:
        for i in (1, 2):
            assert_close(values[f"siglip.{i}"], values[f"open_siglip.{i}"])


def test_one_process_finds_what_two_do(found: list[dict[str, Tensor]]) -> None:
    alone = differentiate(Place(0, 1, torch.device("cpu")), lambda image, text: infonce_loss(image, text, SCALE))

    assert_close(found[0]["infonce.0"], alone[0])
    # Each process holds the sum of what all want; averaging gradients of weights makes that the whole batch's.
    for i in (1, 2):
        assert_close(torch.cat([values[f"infonce.{i}"] for values in found]) / WORLD, alone[i])
