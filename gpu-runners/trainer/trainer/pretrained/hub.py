"""A checkpoint of the Hugging Face hub by id and pinned revision; what the cache holds is not asked for again."""

import re
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from trainer.spec import SpecError

# Never a pickle, nor code: what is not asked for is not downloaded.
PATTERNS = ["*.json", "*.safetensors", "*.jinja", "merges.txt", "vocab.txt", "tokenizer.model", "spiece.model"]
# Other formats of the same weights lie in folders.
IGNORED = ["*/*"]
PICKLES = (".bin", ".pt", ".pth", ".ckpt")


def fetch_checkpoint(hub_id: str, revision: str, cache: Path | None = None) -> Path:
    """The folder of the checkpoint's configs, tokenizer and safetensors files."""
    hub_id = hub_id.removeprefix("hf-hub:")
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", hub_id):
        raise SpecError(f"{hub_id!r} is no id of the hub: write owner/name")
    if not re.fullmatch(r"[0-9a-f]{40}", revision):
        raise SpecError(f"revision {revision!r} of {hub_id} is not pinned: give the 40 digits of a commit")
    for local_files_only in (True, False):
        try:
            found = snapshot_download(
                hub_id,
                revision=revision,
                cache_dir=cache,
                allow_patterns=PATTERNS,
                ignore_patterns=IGNORED,
                local_files_only=local_files_only,
            )
        except LocalEntryNotFoundError as error:
            if not local_files_only:
                raise RuntimeError(f"{hub_id} is not in the cache and the hub can't be reached: {error}") from error
        except (RepositoryNotFoundError, RevisionNotFoundError) as error:
            raise SpecError(f"the hub has no {hub_id} at {revision[:12]}, or it needs a token: {error}") from error
        except HfHubHTTPError as error:
            raise RuntimeError(f"{hub_id} can't be fetched from the hub: {error}") from error
        else:
            return Path(found)
    raise AssertionError("unreachable")
