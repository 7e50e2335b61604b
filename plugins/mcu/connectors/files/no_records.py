"""Rows of a table that are no records: totals, signatures, the header once more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_TOTAL = re.compile(r"\W*(?:итог|всего\b|total\b)", re.IGNORECASE).match
_SIGNATURE = re.compile(
    r"\W*(?:исполнител|ответственн|руководител|составил|подпис|сформирован|выгружен|дата (?:выгрузки|формирования)"
    r"|начальник|конец отч|тел(?:ефон)?\b\W)",
    re.IGNORECASE,
).match


def is_closing_line(row: Sequence[Any]) -> bool:
    """True for a total or a signature below a table: a few cells, of which the first says so."""
    filled = [cell for cell in row if cell is not None and cell != ""]
    if not filled or type(filled[0]) is not str:
        return False
    first = filled[0].strip()
    if _TOTAL(first):
        return len(filled) <= max(2, len(row) // 2)
    return len(filled) <= 2 and _SIGNATURE(first) is not None and len(first) < 200
