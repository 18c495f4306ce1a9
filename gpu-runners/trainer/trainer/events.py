"""What the program says while it works: one JSON line an event, on stdout and in `events.jsonl`."""

import json
import threading
from collections.abc import Iterable
from typing import Any, TextIO


class Events:
    """Writes each event to every stream at once; with no stream it is silent, as all but one of many processes are."""

    def __init__(self, streams: Iterable[TextIO]) -> None:
        self.streams = list(streams)
        self.turn = threading.Lock()

    def __call__(self, type_: str, **values: Any) -> None:
        line = json.dumps({"type": type_, **values}, ensure_ascii=False)
        with self.turn:
            for stream in self.streams:
                stream.write(line + "\n")
                stream.flush()
