"""A slice on demand, with the versions of the definitions it was counted by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg.rows import dict_row

from mcu.errors import UserError
from mcu.slices.catalogue import catalogue
from mcu.slices.count import count
from mcu.slices.question import Question
from mcu.slices.workbook import Titled, workbook
from mcu.warehouse.connect import connect
from mcu.warehouse.transform_runs import standing


def make(question: Question, title: str | None = None) -> tuple[Titled, dict[str, Any]]:
    """The counted slice and the versions of its definitions. Raises SliceRefused."""
    from mcu.publications.versions import versions

    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        table = count(cursor, question)
        run = standing(conn, "published")
        assert run is not None  # count has found it
        return Titled(title or catalogue().measure(question.measure).title, table), versions(cursor, run)


def write(path: Path, one: Titled, versions: dict[str, Any]) -> None:
    """Write the workbook. Raises UserError if the name is no XLSX or the folder cannot be written."""
    if path.suffix.lower() != ".xlsx":
        raise UserError(f"Файл {path}: имя должно кончаться на .xlsx.")
    try:
        path.write_bytes(workbook([one], versions))
    except OSError as error:
        raise UserError(f"Файл {path} не записан: {error.strerror}.") from None
