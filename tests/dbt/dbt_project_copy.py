"""A copy of the dbt project with other reference data, for what must happen when the rules change."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mcu.warehouse import dbt, transform

Rows = list[dict[str, str]]


def project_with(patch: pytest.MonkeyPatch, folder: Path, **changes: Callable[[Rows], Rows]) -> None:
    """Let dbt run from a copy in `folder` whose seeds are changed: name of the seed → its rows from its rows."""
    copy = folder / "dbt_project"
    shutil.copytree(dbt.PROJECT, copy)
    for name, change in changes.items():
        path = copy / "seeds" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows, fields = list(reader), list(reader.fieldnames or [])
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fields, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(change(rows))
    patch.setattr(dbt, "PROJECT", copy)
    patch.setattr(transform, "PROJECT", copy)


def rule(rows: Rows, code: str) -> dict[str, str]:
    """The row of one rule, to be changed in place."""
    (found,) = [row for row in rows if row["rule_code"] == code]
    return found


def another(rows: Rows, code: str, **changes: str) -> Rows:
    """The rows and one more: like `code` but for the changes."""
    return [*rows, {**rule(rows, code), **changes}]
