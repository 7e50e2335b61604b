"""Making documents, one a municipality, into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import DictRow

from mcu.errors import UserError
from mcu.publications import files
from mcu.publications.editions import publish_drafts, require_over, today
from mcu.publications.indicators.document import number
from mcu.publications.ledger import Draft, Publication
from mcu.publications.note import pdf
from mcu.publications.note.bindings import Bindings
from mcu.publications.note.words import Names
from mcu.publications.papers.kinds import PaperKind
from mcu.publications.papers.paper import Paper
from mcu.publications.papers.period import Period
from mcu.warehouse.transform_runs import TransformRun


@dataclass(frozen=True)
class Desk:
    """What a maker of documents works with."""

    cursor: psycopg.Cursor[DictRow]
    place: DictRow
    """Of dim_municipality, with the addressee of this kind of document and its `basis`."""
    period: Period
    run: TransformRun
    today: date
    names: Names

    def bindings(self) -> Bindings:
        return Bindings({"municipality_code": self.place["municipality_code"]})

    def rows(self, query: str, **given: Any) -> list[DictRow]:
        """Rows of a query that may use `place`, `first` and `last` of the period, and `today`."""
        known = {"place": self.place["municipality_code"], "today": self.today, **self.period.slice}
        found = self.cursor.execute(query, known | given).fetchall()  # type: ignore[arg-type]  # texts of the makers
        # sums come as numeric
        return [{name: number(v) if isinstance(v, Decimal) else v for name, v in row.items()} for row in found]


Maker = Callable[[Desk], Iterable[Paper]]

_PLACES = """
    select m.*, coalesce(a.addressee, %(addressee)s) as document_addressee,
           coalesce(a.legal_basis, 'Актом не установлено, принято по умолчанию') as basis
    from marts.dim_municipality as m
    left join reference.publication_addressees as a on a.municipality_code = m.municipality_code and a.kind = %(kind)s
    where m.municipality_code <> 'unknown' and (%(place)s::text is null or m.municipality_code = %(place)s)
      and exists (select from marts.fct_flows as f where f.municipality_code = m.municipality_code)
    order by m.municipality_code
"""


def publish(
    kind: PaperKind,
    maker: Maker,
    period: Period,
    *,
    addressee: str,
    place: str | None = None,
    begins: date | None = None,
    out: Path | None = None,
) -> list[Publication]:
    """Publish the documents of a period; `addressee`: where the reference names none. `begins`: the day from which the
    document may be made, without it the day after the period. Raises PublicationStopped before it, or if the marts did
    not pass their gate."""

    def drafts(cursor: psycopg.Cursor[DictRow], run: TransformRun) -> Iterator[Draft]:
        require_over(run, begins - timedelta(days=1) if begins else period.last, period.title)
        names = Names(cursor.execute("select * from reference.recipient_cases").fetchall())
        places = cursor.execute(_PLACES, {"kind": kind.KIND, "addressee": addressee, "place": place}).fetchall()
        if not places:
            raise UserError(f"Муниципального образования «{place}» нет в справочнике." if place else "Витрины пусты.")
        for row in places:
            yield from (paper.draft() for paper in maker(Desk(cursor, row, period, run, today(run), names)))

    published = publish_drafts(kind, drafts)
    pdf.beside([one.folder for one in published])
    if out:
        for one in published:
            files.copy(one.folder, out / one.municipality_code / one.period)
    return published
