"""What a training starts from when it is no package of ours."""

from dataclasses import dataclass
from pathlib import Path

from trainer.pretrained.architectures import write_named
from trainer.pretrained.hub import fetch_checkpoint
from trainer.pretrained.read_pretrained import write_pretrained


@dataclass(frozen=True)
class Origin:
    """One of: an architecture of open_clip by name, a checkpoint of the hub, a checkpoint on disk."""

    architecture: str | None = None
    hub_id: str | None = None
    revision: str | None = None
    folder: Path | None = None


def write_start(origin: Origin, name: str, folder: Path) -> None:
    """Writes what a training starts from: model.json, tokenizer.json and, unless weights are to be fresh, weights."""
    folder.mkdir(parents=True, exist_ok=True)
    if origin.architecture:
        write_named(origin.architecture, folder)
    elif origin.hub_id:
        write_pretrained(fetch_checkpoint(origin.hub_id, origin.revision or "main"), name, folder)
    elif origin.folder:
        write_pretrained(origin.folder, name, folder)
