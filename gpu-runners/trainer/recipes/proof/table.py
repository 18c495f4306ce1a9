"""Means over seeds with 95 % intervals of Student's t, as a Markdown table."""

import math
import statistics

# Two-sided 95 %, by degrees of freedom.
T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


def interval(values: list[float]) -> tuple[float, float]:
    """Mean and the half width of its interval; of a single value there is none."""
    if len(values) < 2:
        return values[0], math.nan
    return statistics.mean(values), T95[len(values) - 1] * statistics.stdev(values) / math.sqrt(len(values))


def table(results: dict[str, dict[int, dict[str, float]]], columns: list[str]) -> str:
    """A row an arm; and below, each arm less the first at the same seed, where seeds are pairs."""
    first = next(iter(results))
    lines = [f"| arm | seeds | {' | '.join(columns)} |", f"| --- | --- |{' --- |' * len(columns)}"]
    for arm, seeds in results.items():
        cells = [_cell([scores[column] for scores in seeds.values()]) for column in columns]
        lines.append(f"| {arm} | {len(seeds)} | {' | '.join(cells)} |")
    for arm, seeds in results.items():
        shared = sorted(seeds.keys() & results[first].keys())
        if arm == first or not shared:
            continue
        cells = [_gain([seeds[s][column] - results[first][s][column] for s in shared]) for column in columns]
        lines.append(f"| {arm} less {first} | {len(shared)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(values: list[float]) -> str:
    mean, half = interval(values)
    return f"{mean:.1f}" if math.isnan(half) else f"{mean:.1f} ± {half:.1f}"


def _gain(values: list[float]) -> str:
    """Bold where the interval leaves zero out."""
    mean, half = interval(values)
    if math.isnan(half):
        return f"{mean:+.1f}"
    text = f"{mean:+.1f} ± {half:.1f}"
    return f"**{text}**" if abs(mean) > half else text
