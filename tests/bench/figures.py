"""Figures and the table they are printed in."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured thing and the raw limit beside it."""

    what: str
    ours: str
    limit: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def milliseconds(values: Sequence[float]) -> str:
    """Median and 95th percentile of seconds."""
    return f"p50 {percentile(values, 0.5) * 1000:.1f} ms, p95 {percentile(values, 0.95) * 1000:.1f} ms"


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print a table."""
    rows = [("what", "omnidesk", "raw limit"), *((figure.what, figure.ours, figure.limit) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    sys.stdout.write(f"\n{title}\n")
    for row in rows:
        sys.stdout.write("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + "\n")
    sys.stdout.flush()
