"""Prints what became of loads, and judges those that were written: the raw gate, as in the DAG of a source."""

from __future__ import annotations

from collections.abc import Iterable

from mcu.cli.output import print_line
from mcu.landing.run import LoadResult


def judge(results: Iterable[LoadResult]) -> bool:
    """Print each result and its verdict. True if nothing was refused, broken off or quarantined."""
    from mcu.quality.gate import raw_gate

    is_good = True
    for result in results:
        print_line(result.message)
        is_good &= result.status not in ("refused", "failed")
        if result.load_id is not None and result.status == "landed":
            verdict = raw_gate(result.load_id)
            print_line(verdict.message)
            is_good &= verdict.passed
    return is_good
