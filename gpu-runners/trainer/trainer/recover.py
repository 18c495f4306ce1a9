"""What to do, or to advise, after a failure."""

import json
from dataclasses import replace

import torch

from trainer.checkpoint_writer import newest_checkpoint
from trainer.spec import Spec, SpecError


def resume_from_newest(spec: Spec) -> Spec:
    """For processes that torchrun started again: on from the newest checkpoint; not at all where that is hopeless."""
    told = spec.output / "events.jsonl"
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    last = json.loads(lines[-1]) if lines else {}
    if last.get("type") == "error" and last.get("code") == "invalid_spec":
        raise SpecError(last["message"])
    return replace(spec, resume=newest_checkpoint(spec.checkpoint_dir) or spec.resume)


def explain_out_of_memory(error: Exception, spec: Spec | None) -> str | None:
    """Advice by recipe values when a device or the host has too little memory, else None."""
    is_host = isinstance(error, MemoryError) or "DefaultCPUAllocator" in str(error)
    if not spec or not (is_host or isinstance(error, torch.OutOfMemoryError)):
        return None
    scale, batch = spec.recipe.scale, spec.recipe.batch_size
    chunk = max(1, (scale.chunk_size or batch) // 2)
    advice = [f"set scale.chunkSize to {chunk} (the loss stays the whole batch's)"]
    if not scale.activation_checkpointing:
        advice.append("turn scale.activationCheckpointing on")
    advice.append(f"lower batchSize from {batch}")
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"out of memory: {'; or '.join(advice)} ({reason})"
