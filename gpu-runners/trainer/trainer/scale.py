"""How one training spreads over devices: compiled and checkpointed blocks, weights copied (DDP) or sharded (FSDP2)."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext

import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.parallel import DistributedDataParallel

from trainer.distributed import Place
from trainer.model import Trainee
from trainer.recipe import Scale
from trainer.spec import SpecError

# The lists that open_clip and timm keep their repeated layers in.
BLOCK_LISTS = ("resblocks", "blocks")
BATCH_NORMS = nn.modules.batchnorm._BatchNorm


def blocks(model: nn.Module) -> Iterator[nn.Module]:
    """The repeated layers of both towers: what is compiled once for all, and sharded one by one."""
    for name, module in model.named_modules():
        if name.rsplit(".", 1)[-1] in BLOCK_LISTS and isinstance(module, nn.ModuleList | nn.Sequential):
            yield from module.children()


def prepare(trainee: Trainee, place: Place, scale: Scale) -> Trainee:
    """Changes the trainee in place as its recipe asks. Call before an optimiser takes its parameters."""
    if scale.chunk_size and any(isinstance(module, BATCH_NORMS) for module in trainee.modules()):
        raise SpecError("recipe.scale.chunkSize needs towers without batch norm: its statistics are of a whole batch")
    if scale.activation_checkpointing:
        trainee.clip.set_grad_checkpointing(True)
    if scale.compile:
        for block in blocks(trainee):
            block.compile()
    if is_sharded(place, scale):
        mesh = init_device_mesh(place.device.type, (place.world,))
        scalars = {parameter for parameter in trainee.parameters() if parameter.ndim == 0}
        for block in blocks(trainee):
            fully_shard(block, mesh=mesh)
        fully_shard(trainee, mesh=mesh, ignored_params=scalars)
    return trainee


def is_sharded(place: Place, scale: Scale) -> bool:
    return place.world > 1 and scale.sharding == "fsdp"


def share_work(trainee: Trainee, place: Place, scale: Scale) -> nn.Module:
    """The module to call: wrapped where several processes must agree on gradients and batch statistics."""
    if place.world == 1 or is_sharded(place, scale):
        return trainee
    if place.device.type != "cuda":
        return DistributedDataParallel(trainee)
    return DistributedDataParallel(nn.SyncBatchNorm.convert_sync_batchnorm(trainee), device_ids=[place.device])


def without_sync(module: nn.Module) -> AbstractContextManager[None]:
    """While gradients add up over chunks, copies need not agree on them; shards must: none holds a whole gradient."""
    return module.no_sync() if isinstance(module, DistributedDataParallel) else nullcontext()


def clip_gradients(parameters: Iterable[nn.Parameter], limit: float) -> Tensor:
    """Scales gradients so that their norm over all processes is at most `limit`; returns the norm before.

    Scalars stay whole where all else is sharded, and every process computed their whole gradient.
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    shards = [gradient.to_local() for gradient in gradients if isinstance(gradient, DTensor)]
    whole = [gradient for gradient in gradients if not isinstance(gradient, DTensor)]
    norm = nn.utils.get_total_norm(whole)
    if shards:
        squared = nn.utils.get_total_norm(shards).square()
        dist.all_reduce(squared)
        norm = (squared + norm.square()).sqrt()
    factor = (limit / (norm + 1e-6)).clamp(max=1)
    for gradient in (*whole, *shards):
        gradient.mul_(factor)
    return norm


def to_whole(value: Tensor) -> Tensor:
    """The whole tensor in host memory, detached and of its own; every process must ask for it."""
    whole = value.full_tensor() if isinstance(value, DTensor) else value
    return whole.detach().to("cpu", copy=True).contiguous()


def from_whole(whole: Tensor, like: Tensor) -> Tensor:
    """`whole` placed as `like` is: on its device and, where it is sharded, this process's shard."""
    if not isinstance(like, DTensor):
        return whole.to(like.device)
    return distribute_tensor(whole.to(like.device), like.device_mesh, like.placements, src_data_rank=None)
