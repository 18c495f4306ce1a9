"""Files of shards that are there only while they are needed: asked for by event, given back by event."""

import time
from pathlib import Path

from trainer.events import Events
from trainer.spec import ShardFiles

WAIT_SECONDS = 1800.0
LOOK_SECONDS = 0.05


class LentShards:
    """Waits for files that whoever runs this program puts in their place. With `is_lent` off all are there already."""

    def __init__(self, shards: tuple[ShardFiles, ...], is_lent: bool, events: Events) -> None:
        self.shards, self.is_lent, self.events = shards, is_lent, events
        self.held: set[int] = set()

    def ask(self, numbers: list[int]) -> None:
        """Asks for those that are not held yet."""
        new = [number for number in numbers if number not in self.held]
        self.held.update(new)
        if self.is_lent and new:
            self.events("need", names=[path.name for number in new for path in self._paths(number)])

    def wait(self, numbers: list[int]) -> None:
        """Until all files of these shards are whole: they appear by rename."""
        deadline = time.monotonic() + WAIT_SECONDS
        for path in (path for number in numbers for path in self._paths(number) if self.is_lent):
            while not path.exists():
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{path.name} was asked for and did not come in {WAIT_SECONDS:g} s")
                time.sleep(LOOK_SECONDS)

    def keep_only(self, numbers: set[int]) -> None:
        """Gives back all others."""
        done = sorted(self.held - numbers)
        self.held &= numbers
        if self.is_lent and done:
            self.events("free", names=[path.name for number in done for path in self._paths(number)])

    def _paths(self, number: int) -> list[Path]:
        files = self.shards[number]
        return [path for path in (files.shard, files.base, files.refined) if path]
