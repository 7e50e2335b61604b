"""What an example file leaves open: said to a person instead of being guessed. The texts are Russian."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence

_SLASHED = re.compile(r"\d{1,2}/\d{1,2}/(\d{2}|\d{4})\b")
_SHORT_YEAR = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2}(?!\d)")
_SERIAL = re.compile(r"[2-6]\d{4}([.,]\d+)?")
_MOSTLY = 0.8


def delimiter_doubts(lines: Sequence[str], delimiters: Sequence[str], chosen: str) -> Iterator[str]:
    """More than one delimiter cuts every line into equally many cells."""
    fitting = [sign for sign in delimiters if len(widths := set(_widths(lines, sign))) == 1 and widths.pop() > 1]
    if len(lines) > 1 and len(fitting) > 1:
        names = " и ".join(f"«{_shown(sign)}»" for sign in fitting)
        yield f"разделитель: подходят {names}, взят «{_shown(chosen)}»; иначе укажите delimiter"


def width_doubts(lines: Sequence[str], delimiter: str) -> Iterator[str]:
    """Lines with more or fewer cells than most have; a title above the table may be narrower."""
    widths = list(_widths(lines, delimiter))
    usual = Counter(widths).most_common(1)[0][0] if widths else 0
    first = widths.index(usual) if widths else 0
    odd = [number for number, width in enumerate(widths, 1) if number > first and width != usual]
    if odd:
        yield f"строк, где ячеек не {usual}: {len(odd)}, первая - {odd[0]}; проверьте выгрузку"


def title_doubts(titles: Sequence[str]) -> Iterator[str]:
    """Columns of the same title; the first one is taken."""
    counts = Counter(title.casefold() for title in titles if title)
    for title in titles:
        if counts.pop(title.casefold(), 0) > 1:
            yield f"столбец «{title}» стоит дважды, взят первый; переименуйте второй в выгрузке"


def date_doubts(title: str, values: Sequence[str], *, is_time: bool) -> Iterator[str]:
    """Dates whose form does not say which day is meant. `is_time`: the title promises a time."""
    slashed = [match for value in values if (match := _SLASHED.match(value))]
    if _is_most(slashed, values):
        example = slashed[0][0]
        yield f"даты в «{title}» записаны как {example}: день или месяц первым? Впишите record.date_format: %m/%d/%Y"
    elif _is_most([value for value in values if _SHORT_YEAR.match(value)], values):
        yield f"даты в «{title}» записаны с годом из двух цифр: {values[0]}"
    elif is_time and _is_most([value for value in values if _SERIAL.fullmatch(value)], values):
        yield f"в «{title}» числа вместо дат ({values[0]}): задайте столбцу в Excel формат даты и сохраните снова"


def _widths(lines: Sequence[str], delimiter: str) -> Iterator[int]:
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            yield len(next(rows))
        except (StopIteration, csv.Error):
            return


def _is_most(some: Sequence[object], values: Sequence[str]) -> bool:
    return bool(values) and len(some) >= _MOSTLY * len(values)


def _shown(sign: str) -> str:
    return "табуляция" if sign == "\t" else sign
