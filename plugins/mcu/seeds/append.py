"""Appending a row to a seed file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from io import StringIO
from pathlib import Path


def append_row(path: Path, values: Iterable[str]) -> None:
    """Append one row to the file: readers see all of it or nothing."""
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    before = path.read_text(encoding="utf-8")
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(before + ("" if before.endswith("\n") else "\n") + out.getvalue(), encoding="utf-8")
    draft.replace(path)
