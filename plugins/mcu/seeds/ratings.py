"""The schemes of the rating agree with themselves: the weights in force add up to one, and each band has a width."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from mcu.seeds.in_force import is_in_force_on
from mcu.seeds.read import Row, Seed


def faults_of_ratings(schemes: Seed, components: Seed, groups: Seed) -> Iterator[str]:
    """Contradictions of the schemes, with file and row, in words. Cells that cannot be read are reported elsewhere."""
    parts = defaultdict(list)
    for row in components.rows:
        parts[row.cells.get("scheme_code", "")].append(row)
        yield from _of_band(components, row)
    for row in schemes.rows:
        code = row.cells.get("scheme_code", "")
        if not parts[code]:
            yield f"{schemes.at(row)}: рейтинг «{code}» без показателей; добавьте строки в seeds/rating_components.csv"
        elif row.is_whole:
            yield from _of_weights(schemes, row, parts[code])
    for row in groups.rows:
        yield from _of_pattern(groups, row)


def _of_band(components: Seed, row: Row) -> Iterator[str]:
    worst, best = (_number(row, name) for name in ("worst_share", "best_share"))
    if worst is not None and best is not None and worst >= best:
        yield (
            f"{components.at(row)}: границы не сходятся: худшая доля {worst} не меньше лучшей {best}; по ним нельзя"
            " перевести долю в баллы"
        )


def _of_weights(schemes: Seed, scheme: Row, parts: list[Row]) -> Iterator[str]:
    """The weights on the first day of the scheme, and on each later day on which a weight comes or goes."""
    days = {
        scheme.cells["valid_from"],
        *(row.cells.get(end, "") for row in parts for end in ("valid_from", "valid_to")),
    }
    for day in sorted(days - {""}):
        weights = [_number(row, "weight") for row in parts if is_in_force_on(row.cells, day)]
        if not is_in_force_on(scheme.cells, day) or None in weights:
            continue
        total = sum((weight for weight in weights if weight is not None), Decimal())
        if total != 1:
            yield (
                f"{schemes.at(scheme)}: рейтинг «{scheme.cells['scheme_code']}»: веса с {day} в сумме {total}, а не 1;"
                " исправьте seeds/rating_components.csv"
            )


def _of_pattern(groups: Seed, row: Row) -> Iterator[str]:
    try:
        re.compile(row.cells.get("title_pattern", ""))
    except re.error as error:
        yield f"{groups.at(row)}: образец «{row.cells['title_pattern']}» не читается ({error})"


def _number(row: Row, column: str) -> Decimal | None:
    try:
        return Decimal(row.cells.get(column, ""))
    except InvalidOperation:
        return None
