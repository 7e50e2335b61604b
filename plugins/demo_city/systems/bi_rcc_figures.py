"""«BI: ЦУР РФ»: monthly figures of each municipality as the regional centre counts them, a CSV. One of the figures is
not among our indicators."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from random import Random

from demo_city.clock import local
from demo_city.reference import reference, rows
from demo_city.systems.base import Truth
from demo_city.systems.dropped import Dropped, stamped

TITLES = ("Идентификатор", "Муниципалитет", "Месяц", "Код показателя", "Показатель", "Единица", "Значение")
MONTHS = 12


class BiRccFigures(Dropped):
    slug = "bi_rcc_figures"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        """However many `records`: twelve whole months of five municipalities and six figures."""
        rng = Random(f"{self.slug} {seed}")
        ref = reference()
        known = [(r["code"], r["title"]) for r in rows("external_figure_codes") if r["source_slug"] == self.slug]
        figures = [*known, ("BI.MEDIA", "МедиаИндекс")]
        lines: list[tuple[str, ...]] = []
        for year, month in _months(until):
            for number, code in enumerate(ref.municipalities, 1):
                place = ref.municipality_refs["*", code]
                for figure, title in figures:
                    value, unit = _value(figure, rng)
                    key = f"{year}-{month:02d}-{number}-{figure}"
                    lines.append((key, place, f"01.{month:02d}.{year}", figure, title, unit, value))
        faulty = ("2026-10-0-BI.NEW", "", "01.10.2026", "BI.NEW", figures[0][1], "шт.", "12")
        path = home / stamped(self.slug, until, "csv")
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([TITLES, *lines, faulty])
        return Truth(Counter(external_figures=len(lines)), rejected=1)


def _months(until: int) -> list[tuple[int, int]]:
    """The last whole months, oldest first."""
    day = local(until)
    last = day.year * 12 + day.month - 2
    return [(index // 12, index % 12 + 1) for index in range(last - MONTHS + 1, last + 1)]


def _value(figure: str, rng: Random) -> tuple[str, str]:
    if figure == "BI.NEW":
        count = rng.randrange(20, 2_400)
        return f"{count // 1000} {count % 1000:03d}" if count > 999 else str(count), "шт."
    if figure == "BI.MEDIA":
        return f"{rng.uniform(-50, 400):.1f}".replace(".", ","), "балл"
    return f"{rng.uniform(40, 99):.1f}".replace(".", ","), "%"


SYSTEM = BiRccFigures()
