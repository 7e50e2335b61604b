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

# Judged are the months in which the last plan of the year stood, up to the first one before it with another plan or
# none; without a plan, all months. The plan of a count is the sum of its months.
_FIGURES = """
    with months as (
        select i.indicator_code, i.title, i.unit, i.aggregation, i.direction, i.sort_order, v.period_month, v.numerator,
               v.denominator, v.plan_value, v.plan_set_by, v.plan_basis
        from marts.fct_indicator_values as v join marts.dim_indicator as i using (indicator_code)
        where v.municipality_code = %(place)s and v.period_month between %(first)s and %(last)s
          and v.period_month < date_trunc('month', %(today)s::date)
    ),
    plans as (
        select distinct on (indicator_code) indicator_code, period_month as until, plan_value, plan_set_by, plan_basis
        from months
        where plan_value is not null
        order by indicator_code, period_month desc
    ),
    stands as (
        select p.*, (
            select max(m.period_month) from months as m
            where m.indicator_code = p.indicator_code and m.period_month < p.until
              and case m.aggregation when 'count' then m.plan_value is null
                  else m.plan_value is distinct from p.plan_value end
        ) as after
        from plans as p
    )
    select m.indicator_code, m.title, m.unit, m.aggregation, m.direction, s.plan_set_by as set_by, s.plan_basis,
           sum(m.numerator) filter (where j.is_judged) as numerator,
           sum(m.denominator) filter (where j.is_judged) as denominator,
           case m.aggregation when 'count' then sum(m.plan_value) filter (where j.is_judged)
               else s.plan_value end as plan,
           min(m.period_month) filter (where j.is_judged) as first_month,
           max(m.period_month) filter (where j.is_judged) as last_month,
           min(m.period_month) as year_first, max(m.period_month) as year_last, sum(m.numerator) as year_numerator,
           sum(m.denominator) as year_denominator
    from months as m
    left join stands as s using (indicator_code)
    cross join lateral (
        select s.until is null or m.period_month <= s.until and m.period_month > coalesce(s.after, '-infinity')
            as is_judged
    ) as j
    group by m.indicator_code, m.title, m.unit, m.aggregation, m.direction, m.sort_order, s.plan_value, s.plan_set_by,
        s.plan_basis
    order by m.sort_order, m.indicator_code
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
    months = _span(found[0]["year_first"], found[0]["year_last"])
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
    planned = sum(row["plan"] is not None for row in found)
    degrees = [degree for _, _, degree in judged if degree is not None]
    reached = [degree for degree in degrees if degree[1]]
    line = (
        f"План установлен по {b.number(planned, 'year.planned')} {noun('по показателю', planned)} из "
        f"{b.number(len(judged), 'year.indicators')}, сопоставлен с фактом по "
        f"{b.number(len(degrees), 'year.judged')}, достигнут по {b.number(len(reached), 'year.reached')}. "
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


def _span(first: date, last: date) -> str:
    """«июль–декабрь»."""
    return "–".join(dict.fromkeys(MONTHS[month.month - 1] for month in (first, last)))


def _is_part(row: DictRow) -> bool:
    """The plan stood in some of the months only."""
    return (row["first_month"], row["last_month"]) != (row["year_first"], row["year_last"])


def _fact(row: DictRow, of: str = "") -> Any:
    """Sum of a count, share or mean of the judged months (`of` «year_»: of all); a median or a percentile does not
    follow from its months."""
    numerator, denominator = row[f"{of}numerator"], row[f"{of}denominator"]
    if row["aggregation"] == "count":
        return number(numerator)
    if row["aggregation"] not in ("share", "mean") or not denominator:
        return None
    return number(numerator / denominator)


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
    shown = _shown(b, row, "", **own)
    if row["plan"] is None:
        plan = "нет"
    elif row["aggregation"] == "share":
        plan = b.number(float(row["plan"]) * 100, "year.plan_percent", digits=1, **last) + "\xa0%"
    elif row["aggregation"] == "count":
        plan = b.number(float(row["plan"]), "year.plan_sum", digits=_digits(float(row["plan"])), **own)
    else:
        plan = b.number(float(row["plan"]), "year.plan", digits=_digits(float(row["plan"])), **last)
    title = b.words(row["title"], "indicator", indicator_code=row["indicator_code"])
    if _is_part(row):
        title += f" ({_span(row['first_month'], row['last_month'])})"
    count = b.number(int(row["denominator"] or 0), "year.denominator", **own)
    reached = degree[1] if degree else None
    share = b.number(100 * degree[0], "year.degree", digits=1, indicator_code=row["indicator_code"]) if degree else "–"
    return [title, plan, shown, count, share, {True: "да", False: "нет", None: "–"}[reached]]


def _shown(b: Bindings, row: DictRow, of: str, **own: Any) -> str:
    """The fact as people read it; `of` as in `_fact`."""
    fact = _fact(row, of)
    if fact is None:
        return "нет данных" if row["aggregation"] in ("share", "mean") else "по месяцам"
    if row["aggregation"] == "share":
        parts = row[f"{of}numerator"], row[f"{of}denominator"]
        return b.share(*parts, "year.numerator", "year.denominator", **own) + "\xa0%"
    return b.number(fact, "year.sum" if row["aggregation"] == "count" else "year.mean", digits=_digits(fact), **own)


def _digits(value: float) -> int:
    return 0 if value == int(value) else 1


def _notes(b: Bindings, found: list[DictRow]) -> list[str]:
    notes = []
    for row in found:
        if row["plan"] is not None:
            own = {"indicator_code": row["indicator_code"]}
            said = f"«{row['title']}»: план — {row['set_by']}, {row['plan_basis'][:1].lower()}{row['plan_basis'][1:]}"
            notes.append(f"{b.words(said, 'plan_basis', **own)}{_when(b, row, own)}.")
    return notes


def _when(b: Bindings, row: DictRow, own: dict[str, Any]) -> str:
    """Of which months the plan and the fact are, if not of all."""
    summed = "; план — сумма планов месяцев" if row["aggregation"] == "count" else ""
    if not _is_part(row):
        return summed
    whole = _shown(b, row, "year_", **own, first=row["year_first"], last=row["year_last"])
    judged, year = _span(row["first_month"], row["last_month"]), _span(row["year_first"], row["year_last"])
    return (
        f"{summed}; этот план действовал не все месяцы, поэтому план, факт, число записей и степень даны за {judged}; "
        f"факт за {year} — {whole}"
    )


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
                (_span(row["first_month"], row["last_month"]), ""),
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
        "Месяцы": 20,
        "Кем установлен план": 28,
    }
    return Sheet("Оценка за год", list(columns.items()), rows)
