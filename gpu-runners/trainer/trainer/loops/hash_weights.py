"""Which weights these are: the SHA-256 of a folder's safetensors, one after the other in the order of their names."""

import hashlib
from pathlib import Path

from trainer.spec import SpecError

# Lies beside the weights and is none.
OPTIMISER = "optimiser.safetensors"


def hash_weights(folder: Path) -> str:
    digest = hashlib.sha256()
    files = sorted(path for path in folder.glob("*.safetensors") if path.name != OPTIMISER)
    if not files:
        raise SpecError(f"{folder.name} holds no safetensors")
    for path in files:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
