"""«BI: ЦУР РФ»: monthly figures of each municipality as the regional centre counts them, a CSV. One of the figures is
not among our indicators, and no other system can check it."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from random import Random

from demo_city import regional_count
from demo_city.clock import local
from demo_city.reference import reference, rows
from demo_city.systems.base import OwnRecords, Plan, Truth, Writer
from demo_city.systems.dropped import Dropped, stamped

TITLES = ("Идентификатор", "Муниципалитет", "Месяц", "Код показателя", "Показатель", "Единица", "Значение")
MONTHS = 12
_UNITS = {"BI.NEW": "шт.", "BI.ONTIME": "%", "BI.FIRST": "%", "BI.REPEAT": "%", "BI.MARK45": "%", "BI.MEDIA": "балл"}


class BiRccFigures(Dropped):
    slug = "bi_rcc_figures"

    def open(self, home: Path, plan: Plan) -> Writer:
        return OwnRecords(lambda: self._build(home, plan))

    def _build(self, home: Path, plan: Plan) -> Truth:
        """Twelve whole months of five municipalities and six figures."""
        rng = Random(f"{self.slug} {plan.seed}")
        ref, counted = reference(), regional_count.figures(plan)
        known = [(r["code"], r["title"]) for r in rows("external_figure_codes") if r["source_slug"] == self.slug]
        known = [(code, title) for code, title in known if code in _UNITS]
        lines: list[tuple[str, ...]] = []
        for year, month in _months(plan.until):
            for number, municipality in enumerate(ref.municipalities, 1):
                place = ref.municipality_refs["*", municipality]
                for code, title in [*known, ("BI.MEDIA", "МедиаИндекс")]:
                    cell = (municipality, (year, month), code)
                    value = rng.uniform(-50, 400) if code == "BI.MEDIA" else counted.get(cell)
                    if value is None:
                        continue  # nothing to take a share of
                    shown = _shown(code, regional_count.planted(cell, value))
                    key = f"{year}-{month:02d}-{number}-{code}"
                    lines.append((key, place, f"01.{month:02d}.{year}", code, title, _UNITS[code], shown))
        faulty = ("2026-10-0-BI.NEW", "", "01.10.2026", "BI.NEW", known[0][1], "шт.", "12")
        path = home / stamped(self.slug, plan.until, "csv")
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([TITLES, *lines, faulty])
        return Truth(Counter(external_figures=len(lines)), rejected=1)


def _months(until: int) -> list[tuple[int, int]]:
    """The last whole months, oldest first."""
    day = local(until)
    last = day.year * 12 + day.month - 2
    return [(index // 12, index % 12 + 1) for index in range(last - MONTHS + 1, last + 1)]


def _shown(code: str, value: float) -> str:
    """As a Russian table writes it: `1 204`, `93,5`."""
    if code == "BI.NEW":
        return f"{round(value):,}".replace(",", " ")
    return f"{min(value, 100.0) if _UNITS[code] == '%' else value:.1f}".replace(".", ",")


SYSTEM = BiRccFigures()
