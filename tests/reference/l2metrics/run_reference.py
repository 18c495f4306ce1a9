"""Computes metrics with l2metrics 3.1.0 itself: `python run_reference.py <work folder> < cases.json > results.json`.

A case is {"name", "log_dir", "experts": [folders in the order they are to be read], "settings": keywords of MetricsReport}; a
result is {"name", "metrics": as in *_metrics.json, "regimes": rows of *_regime.tsv} or {"name", "error"}.
"""

import json
import logging
import os
import sys
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "agg")
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

scan = os.scandir


@contextmanager
def scan_in_order(*paths):
    """Rows that share an experience number stay in the order of their files, which file systems list as they like."""
    with scan(*paths) as entries:
        yield iter(sorted(entries, key=lambda entry: entry.name))


os.scandir = scan_in_order

from l2metrics.report import MetricsReport  # noqa: E402
from l2metrics.util import store_ste_data  # noqa: E402


def run_case(case: dict, work: Path) -> dict:
    os.environ["L2DATA"] = str(work / case["name"])
    # Appending puts the newest run first.
    for folder in reversed(case.get("experts", [])):
        store_ste_data(Path(folder), mode="a")
    report = MetricsReport(log_dir=case["log_dir"], **case.get("settings", {}))
    started = time.perf_counter()
    report.calculate()
    seconds = time.perf_counter() - started
    # As `report.save_metrics` does, but for whole numbers of NumPy, on which it fails.
    metrics = json.loads(json.dumps(report.ll_metrics_dict, default=float))
    regimes = report.regime_metrics_df.to_csv(sep="\t", index=False)
    return {"name": case["name"], "metrics": metrics, "regimes": regimes, "seconds": seconds}


def main() -> None:
    work = Path(sys.argv[1])
    results = []
    for case in json.load(sys.stdin):
        try:
            results.append(run_case(case, work))
        except Exception as error:  # noqa: BLE001
            results.append({"name": case["name"], "error": f"{type(error).__name__}: {error}"})
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
