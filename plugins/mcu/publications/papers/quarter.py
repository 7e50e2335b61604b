"""Rating of recipients over a quarter, among their peers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from psycopg.rows import DictRow

from mcu.errors import UserError
from mcu.publications.indicators.document import number
from mcu.publications.indicators.layout import COUNT
from mcu.publications.ledger import Publication
from mcu.publications.note.bindings import Bindings
from mcu.publications.papers.kinds import RATING
from mcu.publications.papers.paper import Paper, Section, Sheet, Table
from mcu.publications.papers.period import Period
from mcu.publications.papers.publish import Desk
from mcu.publications.papers.publish import publish as publish_papers

_RATING = """
    select scheme_code, scheme_title, legal_basis, min_items, unit_code, unit_title as title, peers_title as peers,
           items_count, trunc(score, 1) as score, rank, rank_low, rank_high, peers_count, rank_change as change,
           lift, period_start
    from marts.rpt_ratings
    where municipality_code = %(place)s and period_start = %(first)s and scheme_code = (
        -- by the municipality's own act; without one, by the common rating
        select s.scheme_code from reference.rating_schemes as s
        where s.period = 'quarter' and s.peers = 'groups' and s.channel_code is null
          and coalesce(s.municipality_code, %(place)s) = %(place)s
          and s.valid_from::date <= %(first)s and coalesce(%(first)s < s.valid_to::date, true)
        order by s.municipality_code nulls last, s.scheme_code
        limit 1
    )
    order by peers_order, peers_title, rank nulls last, items_count desc, unit_title
"""


def publish(quarter: str, out: Path | None = None) -> list[Publication]:
    """Publish the ratings of a quarter, one a municipality. Raises PublicationStopped while it goes on, UserError if
    nobody was rated."""
    period = Period.of(quarter, "quarter")
    published = publish_papers(RATING, make, period, addressee="Руководителю МЦУ", out=out)
    if not published:
        raise UserError(f"За {period.title} рейтинга в витринах нет.")
    return published


def make(desk: Desk) -> Iterable[Paper]:
    found = desk.rows(_RATING)
    rated = [row for row in found if row["rank"] is not None]
    if not rated:
        return
    b = desk.bindings()
    paper = Paper(
        place=desk.place,
        ledger_period=desk.period.code,
        title=f"{desk.place['title']}: рейтинг ответственных получателей за {desk.period.title}",
        heading="Рейтинг ответственных получателей",
        about=f"{desk.place['title']}, {desk.period.title}",
        addressee=desk.place["document_addressee"],
        as_of=desk.run.as_of,
        bindings=b,
    )
    own = {"scheme_code": rated[0]["scheme_code"], "period_start": desk.period.first}
    paper.sections = [
        Section(
            "Как читать",
            [
                "Места даны внутри групп сопоставимых получателей; в рейтинге те, у кого не меньше "
                f"{b.number(rated[0]['min_items'], 'rating.min_items')} обращений за квартал. Пределы: внутри них "
                "место объяснимо случайностью, и различать получателей нельзя. Сдвиг: на сколько мест получатель "
                "поднялся (+) или опустился (−) к прошлому кварталу."
            ],
        )
    ]
    for peers, rows in groupby(rated, key=lambda row: row["peers"]):
        listed = [_row(b, row, own) for row in rows]
        header = ["Получатель", "Место", "Пределы", "Баллы", "Записей", "Сдвиг"]
        paper.sections.append(Section(b.words(peers, "peers"), tables=[Table("", header, listed)]))
    few = [b.words(row["title"], "recipient", unit_code=row["unit_code"]) for row in found if row["rank"] is None]
    basis = b.words(f"{rated[0]['scheme_title']}: {rated[0]['legal_basis']}. {desk.place['basis']}.", "legal_basis")
    paper.sections.append(Section("Основание", [basis]))
    if few:
        paper.sections.append(Section("Не оценивались: обращений мало или не с кем сравнить", ["; ".join(few) + "."]))
    paper.sheets = [_sheet(found)]
    yield paper


def _row(b: Bindings, row: DictRow, own: dict[str, Any]) -> list[str]:
    own = own | {"unit_code": row["unit_code"]}
    low, high = row["rank_low"], row["rank_high"]
    title = b.words(row["title"], "recipient", unit_code=row["unit_code"])
    rank = f"{b.number(row['rank'], 'rating.rank', **own)} из {b.number(row['peers_count'], 'rating.peers', **own)}"
    places = b.number(low, "rating.rank_low", **own)
    if low != high:
        places += f"–{b.number(high, 'rating.rank_high', **own)}"
    score = b.number(float(row["score"]), "rating.score", digits=1, **own)
    items = b.number(row["items_count"], "rating.items", **own)
    if row["change"] is None:
        change = "не было"
    elif row["change"] == 0:
        change = "нет"
    else:
        change = ("+" if row["change"] > 0 else "−") + b.number(abs(row["change"]), "rating.change", **own)
    return [title, rank, places, score, items, change]


def _sheet(found: list[DictRow]) -> Sheet:
    columns = {
        "Группа": 36,
        "Получатель": 48,
        "Место": 9,
        "Лучшее возможное": 12,
        "Худшее возможное": 12,
        "Участников": 12,
        "Баллы": 10,
        "Обращений": 12,
        "Изменение места": 12,
        "Что поднимет место": 44,
    }
    rows = [
        [
            *((row["peers"], ""), (row["title"], ""), (row["rank"], COUNT), (row["rank_low"], COUNT)),
            *((row["rank_high"], COUNT), (row["peers_count"], COUNT), (number(row["score"]), "0.0")),
            *((row["items_count"], COUNT), (row["change"], "+0;-0;0"), (row["lift"], "")),
        ]
        for row in found
    ]
    return Sheet("Рейтинг", list(columns.items()), rows)
