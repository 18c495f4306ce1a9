"""A live learner's way into a Whetstone stream, with the calls of l2logger's ``DataLogger``.

One file, standard library only (Python 3.9 or later): copy it beside your learner and change the import.

    from whetstone_logger import DataLogger  # was: from l2logger.l2logger import DataLogger

    logger = DataLogger("logs", "my_scenario", {"metrics_columns": ["reward"]}, {"scenario_type": "condensed"})
    logger.log_record({"block_num": 0, "exp_num": 0, "block_type": "train", "task_name": "nav_1", "task_params": {}, "reward": 1.5})
    logger.close()

``WHETSTONE_URL`` and ``WHETSTONE_KEY`` say where it goes; ``WHETSTONE_STREAM`` names the stream (else one is made),
``WHETSTONE_LIFETIME`` the lifetime. Records go out in batches that carry a writer's name and a number, so a batch sent twice
counts once. What can't be sent is kept in ``logging_base_dir`` and named in the error.
"""

from __future__ import annotations

import json
import math
import os
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import datetime
from typing import Any

FLUSH_ROWS = 2_000
FLUSH_SECONDS = 5.0
MAX_TRIES = 8
TIMEOUT_SECONDS = 60
MAX_DELAY_SECONDS = 30.0
REQUIRED = ("block_num", "exp_num", "block_type", "task_name", "task_params")


class DataLogger:
    """Drop-in for ``l2logger.l2logger.DataLogger``: the same arguments, records, checks and ``RuntimeError``.

    ``scenario_dir`` holds ``logger_info.json`` and ``scenario_info.json`` as before, and records only when they could not be sent.
    """

    def __init__(
        self,
        logging_base_dir: str,
        scenario_name: str,
        logger_info: dict[str, Any],
        scenario_info: dict[str, Any] | None = None,
    ) -> None:
        columns = logger_info.get("metrics_columns") if isinstance(logger_info, dict) else None
        if not isinstance(columns, list) or not columns or not all(isinstance(name, str) for name in columns):
            raise RuntimeError("logger_info['metrics_columns'] must be a list of at least one string")
        self._base_dir = logging_base_dir
        name = os.path.basename(scenario_name).split(".")[0]
        self._scenario_dir = os.path.join(logging_base_dir, f"{name}-{str(time.time()).replace('.', '-')}")
        self._logger_info = {**logger_info, "log_format_version": "1.1"}
        self._scenario_info = scenario_info or {}
        self.write_info_files()

        self._url = _setting("WHETSTONE_URL").rstrip("/")
        self._key = _setting("WHETSTONE_KEY")
        self._lifetime = os.environ.get("WHETSTONE_LIFETIME", "main")
        self._stream = os.environ.get("WHETSTONE_STREAM") or self._create_stream(name)
        self._writer = f"py:{uuid.uuid4().hex}"
        self._sequence = 0
        self._rows: list[str] = []
        self._last_flush = time.monotonic()
        self._columns: set[str] | None = None
        self._last: dict[str, int] = {}

    @property
    def logging_base_dir(self) -> str:
        return self._base_dir

    @property
    def scenario_dir(self) -> str:
        return self._scenario_dir

    @property
    def logger_info(self) -> dict[str, Any]:
        return self._logger_info

    @property
    def scenario_info(self) -> dict[str, Any]:
        return self._scenario_info

    @property
    def stream_id(self) -> str:
        """The stream the records go to."""
        return self._stream

    def write_info_files(self) -> None:
        os.makedirs(self._scenario_dir, exist_ok=True)
        for name, info in (("logger_info", self._logger_info), ("scenario_info", self._scenario_info)):
            with open(os.path.join(self._scenario_dir, f"{name}.json"), "w", encoding="utf-8") as file:
                json.dump(info, file, indent=2)

    def log_record(self, record_in: dict[str, Any]) -> None:
        """Takes one record; raises ``RuntimeError`` for one that breaks the format, and for records that could not be sent."""
        record = self._complete(record_in)
        self._check(record)
        self._columns = self._columns or set(record)
        self._last = {"block_num": record["block_num"], "exp_num": record["exp_num"]}
        self._rows.append(json.dumps({name: _plain(value) for name, value in record.items()}))
        if len(self._rows) >= FLUSH_ROWS or time.monotonic() - self._last_flush > FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Sends what is waiting. Records of a batch that stays refused or unsent go to a file, so that none is lost."""
        self._last_flush = time.monotonic()
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        query = {"lifetime": self._lifetime, "writer": self._writer, "sequence": self._sequence}
        self._sequence += 1
        path = f"/v1/lifelong/streams/{self._stream}/experiences?{urllib.parse.urlencode(query)}"
        try:
            self._post(path, "application/x-ndjson", "\n".join(rows).encode())
        except RuntimeError as error:
            kept = os.path.join(self._scenario_dir, f"unsent-{query['sequence']}.jsonl")
            with open(kept, "w", encoding="utf-8") as file:
                file.writelines(f"{row}\n" for row in rows)
            raise RuntimeError(f"{len(rows)} records could not be sent and are kept in {kept}: {error}") from error

    def close(self) -> None:
        """Sends the rest and closes the lifetime's blocks."""
        self.flush()
        body = json.dumps({"lifetime": self._lifetime}).encode()
        for _ in range(1000):
            closed = self._post(f"/v1/lifelong/streams/{self._stream}/close", "application/json", body)
            if len(closed["data"]) == 0:
                return

    def _create_stream(self, name: str) -> str:
        info = dict(self._scenario_info)
        scenario = {**info, "scenarioType": info.pop("scenario_type", None)}
        scenario.pop("scenario_type", None)
        body = {"name": name, "metricsColumns": self._logger_info["metrics_columns"], "scenario": scenario}
        return self._post("/v1/lifelong/streams", "application/json", json.dumps(body).encode())["id"]

    def _complete(self, record: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(record, dict):
            raise RuntimeError("record must be dict")
        if "timestamp" in record:
            raise RuntimeError("timestamp column cannot be overwritten")
        defaults = {"block_subtype": "wake", "exp_status": "complete", "worker_id": "worker-default"}
        return {**defaults, **record, "timestamp": datetime.now().strftime("%Y%m%dT%H%M%S.%f")}

    def _check(self, record: dict[str, Any]) -> None:
        missing = [name for name in (*REQUIRED, *self._logger_info["metrics_columns"]) if name not in record]
        if missing:
            raise RuntimeError(f"record fields missing: {', '.join(missing)}")
        if self._columns is not None and self._columns != set(record):
            raise RuntimeError(f"record field mismatch: expected {self._columns}, got {set(record)}")
        for name, allowed in (
            ("block_type", ("train", "test")),
            ("block_subtype", ("wake", "sleep")),
            ("exp_status", ("complete", "incomplete")),
        ):
            if record[name] not in allowed:
                raise RuntimeError(f"{name} must be one of {list(allowed)}")
        if re.fullmatch(r"[0-9a-zA-Z_\-.]+", record["worker_id"]) is None:
            raise RuntimeError("worker_id can only contain alphanumeric characters, hyphens, dashes, or periods")
        if not isinstance(record["task_params"], dict):
            raise RuntimeError("task_params must be dict")
        for name in ("block_num", "exp_num"):
            if type(record[name]) is not int or record[name] < 0:
                raise RuntimeError(f"{name} must be non-negative integer")
            if record[name] < self._last.get(name, 0):
                raise RuntimeError(f"{name} must be non-decreasing")

    def _post(self, path: str, content_type: str, body: bytes) -> dict[str, Any]:
        """Tries again, ever more slowly, what may fare better later; the same key each time, so nothing is done twice."""
        headers = {
            "authorization": f"Bearer {self._key}",
            "content-type": content_type,
            "idempotency-key": uuid.uuid4().hex,
        }
        problem = ""
        for attempt in range(MAX_TRIES):
            try:
                request = urllib.request.Request(self._url + path, data=body, headers=headers, method="POST")
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                problem = f"{error.code} {error.read().decode(errors='replace')[:2000]}"
                if error.code < 500 and error.code not in (408, 409, 429):
                    break
            except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
                problem = str(error)
            if attempt < MAX_TRIES - 1:
                time.sleep(random.uniform(0, min(MAX_DELAY_SECONDS, 0.2 * 2**attempt)))
        raise RuntimeError(f"{self._url} did not take it: {problem}")


def _setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"set {name} to say where the records go")
    return value


def _plain(value: Any) -> Any:
    """JSON knows no NaN; a missing measure is null. Numbers of NumPy become Python's."""
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
