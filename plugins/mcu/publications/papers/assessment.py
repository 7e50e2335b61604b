"""Assessment of a year (002, 4.4): what was reached against what was planned, by 20 December."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from psycopg.rows import DictRow

from mcu.errors import UserError
from mcu.publications.indicators.document import number
from mcu.publications.indicators.layout import COUNT, PERCENT
from mcu.publications.ledger import Publication
from mcu.publications.note.bindings import Bindings
from mcu.publications.note.words import noun
from mcu.publications.papers.kinds import ASSESSMENT
from mcu.publications.papers.paper import Paper, Section, Sheet, Table
from mcu.publications.papers.period import Period
from mcu.publications.papers.publish import Desk
from mcu.publications.papers.publish import publish as publish_papers
from mcu.russian import MONTHS

VERDICTS = {True: "достигнуто", False: "не достигнуто", None: "не оценивается"}

_FIGURES = """
    select i.indicator_code, i.title, i.unit, i.aggregation, i.direction, sum(v.numerator) as numerator,
           sum(v.denominator) as denominator, (array_agg(v.plan_value order by v.period_month desc))[1] as plan,
           count(distinct v.plan_value) > 1 as has_changed_plan,
           (array_agg(v.plan_set_by order by v.period_month desc))[1] as set_by,
           (array_agg(v.plan_basis order by v.period_month desc))[1] as plan_basis,
           min(v.period_month) as first_month, max(v.period_month) as last_month
    from marts.fct_indicator_values as v join marts.dim_indicator as i using (indicator_code)
    where v.municipality_code = %(place)s and v.period_month between %(first)s and %(last)s
      and v.period_month < date_trunc('month', %(today)s::date)
    group by i.indicator_code, i.title, i.unit, i.aggregation, i.direction, i.sort_order
    order by i.sort_order, i.indicator_code
"""


def publish(year: str, out: Path | None = None) -> list[Publication]:
    """Publish the assessments of a year, one a municipality. From 1 December on it is made of the whole months until
    then. Raises PublicationStopped before, UserError if nothing is known of the year."""
    period = Period.of(year, "year")
    begins = date(period.first.year, 12, 1)
    published = publish_papers(
        ASSESSMENT, make, period, addressee="Куратору МЦУ, руководителю ЦУР", begins=begins, out=out
    )
    if not published:
        raise UserError(f"За {period.title} показателей в витринах нет.")
    return published


def make(desk: Desk) -> Iterable[Paper]:
    found = desk.rows(_FIGURES)
    if not found:
        return
    b = desk.bindings()
    months = f"{MONTHS[found[0]['first_month'].month - 1]}–{MONTHS[found[0]['last_month'].month - 1]}"
    paper = Paper(
        place=desk.place,
        ledger_period=desk.period.code,
        title=f"{desk.place['title']}: оценка достижения показателей за {desk.period.title}",
        heading="Оценка достижения плановых значений показателей",
        about=f"{desk.place['title']}, за {desk.period.title} ({months})",
        addressee=desk.place["document_addressee"],
        as_of=desk.run.as_of,
        bindings=b,
    )
    judged = [(row, _fact(row), _degree(row)) for row in found]
    with_plan = [degree for _, _, degree in judged if degree is not None]
    reached = [degree for degree in with_plan if degree[1]]
    line = (
        f"План установлен по {b.number(len(with_plan), 'year.planned')} {noun('по показателю', len(with_plan))} из "
        f"{b.number(len(judged), 'year.indicators')}, достигнут по {b.number(len(reached), 'year.reached')}. "
        "Степень достижения: отношение факта к плану, а где меньше значит лучше — плана к факту; не больше ста "
        "процентов."
    )
    rows = [_row(b, *one) for one in judged]
    header = ["Показатель", "План", "Факт", "Записей", "Степень, %", "Итог"]
    paper.sections = [
        Section("Итог", [line], [Table("", header, rows)]),
        Section("Основание", [b.words(f"{desk.place['basis']}.", "legal_basis")], points=_notes(b, found)),
    ]
    paper.sheets = [_sheet(judged)]
    yield paper


def _fact(row: DictRow) -> Any:
    """Sum of a count, share or mean of the whole year; a median or a percentile does not follow from its months."""
    if row["aggregation"] == "count":
        return number(row["numerator"])
    if row["aggregation"] not in ("share", "mean") or not row["denominator"]:
        return None
    return number(row["numerator"] / row["denominator"])


def _degree(row: DictRow) -> tuple[float, bool] | None:
    """The degree in 0–1 and whether the plan is reached; None if there is nothing to compare."""
    fact, plan = _fact(row), number(row["plan"])
    if fact is None or plan is None or row["direction"] not in ("more", "less"):
        return None
    if row["direction"] == "more":
        return (min(fact / plan, 1.0) if plan else 1.0, fact >= plan)
    return (min(plan / fact, 1.0) if fact else 1.0, fact <= plan)


def _row(b: Bindings, row: DictRow, fact: Any, degree: tuple[float, bool] | None) -> list[str]:
    own = {"indicator_code": row["indicator_code"], "first": row["first_month"], "last": row["last_month"]}
    last = own | {"first": row["last_month"]}
    if fact is None:
        shown = "нет данных" if row["aggregation"] in ("share", "mean") else "по месяцам"
    elif row["aggregation"] == "share":
        shown = b.share(row["numerator"], row["denominator"], "year.numerator", "year.denominator", **own) + "\xa0%"
    else:
        shown = b.number(
            fact, "year.sum" if row["aggregation"] == "count" else "year.mean", digits=_digits(fact), **own
        )
    if row["plan"] is None:
        plan = "нет"
    elif row["aggregation"] == "share":
        plan = b.number(float(row["plan"]) * 100, "year.plan_percent", digits=1, **last) + "\xa0%"
    else:
        plan = b.number(float(row["plan"]), "year.plan", digits=_digits(float(row["plan"])), **last)
    title = b.words(row["title"], "indicator", indicator_code=row["indicator_code"])
    count = b.number(int(row["denominator"] or 0), "year.denominator", **own)
    reached = degree[1] if degree else None
    share = b.number(100 * degree[0], "year.degree", digits=1, indicator_code=row["indicator_code"]) if degree else "–"
    return [title, plan, shown, count, share, {True: "да", False: "нет", None: "–"}[reached]]


def _digits(value: float) -> int:
    return 0 if value == int(value) else 1


def _notes(b: Bindings, found: list[DictRow]) -> list[str]:
    notes = []
    for row in found:
        if row["plan"] is not None:
            changed = "; план в течение года менялся, взят последний" if row["has_changed_plan"] else ""
            said = f"«{row['title']}»: план — {row['set_by']}, {row['plan_basis'][:1].lower()}{row['plan_basis'][1:]}"
            notes.append(b.words(f"{said}{changed}.", "plan_basis", indicator_code=row["indicator_code"]))
    return notes


def _sheet(judged: list[tuple[DictRow, Any, tuple[float, bool] | None]]) -> Sheet:
    rows = []
    for row, fact, degree in judged:
        shape = PERCENT if row["aggregation"] == "share" else "#,##0.##"
        rows.append(
            [
                (row["title"], ""),
                ("%" if row["aggregation"] == "share" else row["unit"], ""),
                (number(row["plan"]), shape),
                (fact, shape),
                (int(row["denominator"] or 0), COUNT),
                (round(degree[0], 6) if degree else None, PERCENT),
                (VERDICTS[degree[1] if degree else None], ""),
                (row["set_by"], ""),
            ]
        )
    columns = {
        "Показатель": 44,
        "Единица": 12,
        "План": 12,
        "Факт": 12,
        "Записей (n)": 12,
        "Степень достижения": 14,
        "Оценка": 18,
        "Кем установлен план": 28,
    }
    return Sheet("Оценка за год", list(columns.items()), rows)
