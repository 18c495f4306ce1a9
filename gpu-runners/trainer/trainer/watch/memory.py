"""How much memory the training holds."""

import resource
import sys
from typing import Any

import torch


def memory(device: torch.device) -> dict[str, Any]:
    """Bytes at their highest so far: resident in this process and, on a GPU, allocated there."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    gpu = torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None
    return {"memory_bytes": peak, "gpu_memory_bytes": gpu}
