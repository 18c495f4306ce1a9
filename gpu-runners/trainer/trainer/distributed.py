"""Where this process stands among those torchrun started; alone without it."""

import os
from dataclasses import dataclass

import torch
import torch.distributed as dist
import torch.distributed.nn.functional as differentiable
from torch import Tensor
from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous


@dataclass(frozen=True)
class Place:
    """`rank` of `world` processes, each with its own device."""

    rank: int
    world: int
    device: torch.device

    def share(self, values_B: Tensor) -> Tensor:
        """This process's rows of a batch that all processes drew alike."""
        return values_B.chunk(self.world)[self.rank] if self.world > 1 else values_B

    def meet(self) -> None:
        """Waits until all processes are here."""
        if self.world > 1:
            dist.barrier()

    def gather(self, local: Tensor) -> Tensor:
        """Rows of all processes, in order; gradients flow back to where each row came from."""
        return torch.cat(differentiable.all_gather(local.contiguous())) if self.world > 1 else local

    def agree(self, value: float) -> float:
        """What the first process measured, for all: processes that part ways wait for each other for ever."""
        if self.world == 1:
            return value
        said = torch.tensor(value, dtype=torch.float64, device=self.device)
        dist.broadcast(said, 0)
        return said.item()


def take_place() -> Place:
    """Joins the process group that torchrun's environment describes."""
    world, local_rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local_rank) if torch.cuda.is_available() else torch.device("cpu")
    if device.type == "cuda":
        torch.cuda.set_device(device)
    if world > 1:
        store, rank, _ = next(rendezvous("env://"))
        # torchrun keeps one store through all restarts: without a prefix the new processes would call the dead ones.
        attempt = PrefixStore(f"attempt-{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)
        backend = "nccl" if device.type == "cuda" else "gloo"
        dist.init_process_group(backend, store=attempt, rank=rank, world_size=world)
    return Place(dist.get_rank() if world > 1 else 0, world, device)


def leave() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()
