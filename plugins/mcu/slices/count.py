"""Counting a question over the published marts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import DictRow

from mcu.errors import UserError
from mcu.slices.catalogue import Dimension, Measure, SliceRefused, catalogue
from mcu.slices.question import Period, Question
from mcu.slices.suppress import TOTAL, hidden_cells
from mcu.slices.suppress import Cell as Place
from mcu.slices.table import Cell, Shown, Table
from mcu.warehouse.transform_runs import TransformRun, standing

MOST_CELLS = 20_000
NOT_GIVEN = "не указано"

Key = tuple[str, ...]
"""Codes of the dimensions of a row; of the whole table: (TOTAL,)."""


@dataclass(frozen=True)
class _Value:
    """A value of a dimension. `place`: the municipality whose own it is; the label says which."""

    name: str
    label: str
    place: str | None


Values = Mapping[str, _Value]
"""By code."""


def count(cursor: psycopg.Cursor[DictRow], question: Question, run: TransformRun | None = None) -> Table:
    """The table that answers `question`, with what must not be shown hidden. `run`: whose marts these are; without it,
    those that people read. Raises SliceRefused."""
    if run is None:
        cursor.execute("lock table ops.transform_runs in share mode")  # no other marts take their place meanwhile
        run = standing(cursor.connection, "published")
    if run is None:
        raise UserError("Витрины ещё не рассчитаны: выполните mcu marts build")
    known = _known(cursor, question)
    where = _conditions(question, known)
    now = _counted(cursor, question, question.period, where, run.as_of)
    before = _counted(cursor, question, question.against, where, run.as_of) if question.against else {}
    labels = {name: {code: one.label for code, one in values.items()} for name, values in known.items()}
    named = {name: labels[name].get(value, value) for name, value in where.items()}
    return _table(question, run.as_of, named, labels, now, before)


def check_conditions(cursor: psycopg.Cursor[DictRow], question: Question) -> None:
    """Raises SliceRefused if a condition has a value that no record can have."""
    try:
        _conditions(question, _known(cursor, question))
    except psycopg.errors.UndefinedTable:
        raise UserError("Витрины ещё не рассчитаны: выполните mcu marts build") from None


def named_municipality(cursor: psycopg.Cursor[DictRow], question: Question) -> str | None:
    """The code of the municipality that a condition names, by code or by name; None if there is no such condition.
    Raises SliceRefused."""
    given = question.where.get(PLACE)
    return given and _value(PLACE, given, _values(cursor, catalogue().dimensions[PLACE]))


def _known(cursor: psycopg.Cursor[DictRow], question: Question) -> dict[str, Values]:
    return {name: _values(cursor, catalogue().dimensions[name]) for name in (*question.by, *question.where)}


def _conditions(question: Question, known: Mapping[str, Values]) -> dict[str, str]:
    given = question.where.get(PLACE)
    place = given and _value(PLACE, given, known[PLACE])
    return {name: _value(name, value, known[name], place) for name, value in question.where.items()}


def _values(cursor: psycopg.Cursor[DictRow], dimension: Dimension) -> Values:
    if dimension.labels is None:
        return {}
    query = f"""
        select l.code::text, l.title as name, m.municipality_code as place,
               l.title || coalesce(' (' || m.short_title || ')', '') as label
        from ({dimension.labels}) as l (code, title)
        left join marts.dim_municipality as m
            on m.municipality_code = {"l.municipality_code" if dimension.is_local else "null"}
            and m.municipality_code <> 'unknown'
    """
    return {row.pop("code"): _Value(**row) for row in cursor.execute(query)}  # type: ignore[arg-type]  # of the catalogue


def _value(name: str, given: str, known: Values, place: str | None = None) -> str:
    """The code of a value that is given by code or by name; of equal names, that of the municipality `place`. Raises
    SliceRefused, which lists the values."""
    if time := catalogue().dimensions[name].time:
        period = Period.of(given)
        if not period.is_one(time):
            raise SliceRefused(f"Значение «{given}» у признака «{name}»: {_WANTED[time]}.")
        return period.first.isoformat()
    if not known or given in known:
        return given
    alike = [code for code, one in known.items() if given.casefold() in (one.name.casefold(), one.label.casefold())]
    found = [code for code in alike if place and known[code].place == place] if len(alike) > 1 else alike
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{code} ({known[code].label})" for code in sorted(alike or known))
    if alike:
        raise SliceRefused(f"Значений «{given}» у признака «{name}» несколько, укажите код: {listed}.")
    raise SliceRefused(f"Значения «{given}» у признака «{name}» нет. Можно указать: {listed}.")


PLACE = "municipality"

_WANTED = {
    "week": "нужна ровно одна неделя, например 2026-W46",
    "month": "нужен ровно один месяц, например 2026-10",
    "quarter": "нужен ровно один квартал, например 2026-Q3",
    "year": "нужен ровно один год, например 2026",
}


def _counted(
    cursor: psycopg.Cursor[DictRow], question: Question, period: Period, where: Mapping[str, str], as_of: datetime
) -> dict[tuple[Key, str], Cell]:
    """Row and column → what is counted there, totals too."""
    query, parameters = query_of(question, period, where, as_of)
    found: dict[tuple[Key, str], Cell] = {}
    width = len(question.by)
    for row in cursor.execute(query, parameters):  # type: ignore[arg-type]  # texts of the catalogue only
        codes = [_code(row[f"d{n}"]) for n in range(width)]
        rows = (TOTAL,) if row["g0"] else tuple(codes[: max(width - 1, 1)])
        column = TOTAL if width == 1 or row[f"g{width - 1}"] else codes[-1]
        found[rows, column] = Cell(n=row["n"], part=row["part"], value=row["value"])
        if len(found) > MOST_CELLS:
            raise SliceRefused(f"Разрез больше {MOST_CELLS} ячеек: уберите признак или сузьте условия.")
    return found


def query_of(
    question: Question, period: Period, where: Mapping[str, str], as_of: datetime
) -> tuple[str, dict[str, Any]]:
    """The query of one period, in texts of the catalogue; values of people are parameters."""
    known = catalogue()
    measure = known.measure(question.measure)
    grain = known.grains[measure.grain]
    parameters: dict[str, Any] = {"first": period.first, "end": period.end, "as_of": as_of}
    conditions = []
    for number, (name, value) in enumerate(where.items()):
        conditions.append(f"and {_expression(grain.columns, grain.day, known.dimensions[name], name)} = %(w{number})s")
        parameters[f"w{number}"] = value
    columns = [_group(grain.columns, grain.day, known.dimensions[name], name) for name in question.by]
    names = [f"d{n}" for n in range(len(columns))]
    rows, column = names[: max(len(names) - 1, 1)], names[-1]
    sets = {tuple(names), tuple(rows), (column,) if len(names) > 1 else (), ()}
    listed = ", ".join(f"({', '.join(one)})" for one in sorted(sets, key=len))
    query = f"""
        with records as (
            select {", ".join(f"{text} as d{n}" for n, text in enumerate(columns))},
                   ({measure.part})::boolean as part, ({measure.amount})::numeric as amount
            from {grain.relation}
            where f.kind <> 'body_request' and {grain.instant} <= %(as_of)s
              and {grain.day} >= %(first)s and {grain.day} < %(end)s and {grain.where} and {measure.where}
              {" ".join(conditions)}
        )
        select {", ".join(names)}, {", ".join(f"grouping({name}) = 1 as g{n}" for n, name in enumerate(names))},
               {_VALUES[measure.kind]}
        from records group by grouping sets ({listed})
    """
    return query, parameters


_VALUES = {
    "count": "count(*) filter (where part) as n, null::numeric as part, count(*) filter (where part) as value",
    "share": "count(*) as n, count(*) filter (where part) as part,"
    " round(count(*) filter (where part)::numeric / nullif(count(*), 0), 6) as value",
    "mean": "count(*) as n, round(sum(amount), 6) as part, round(avg(amount), 6) as value",
    "median": "count(*) as n, null::numeric as part, round(nullif("
    "percentile_disc(0.5) within group (order by coalesce(amount, 'infinity')), 'infinity'), 6) as value",
}


def _group(columns: Mapping[str, str], day: str, dimension: Dimension, name: str) -> str:
    """What is not given is one value: of NULL and '', two groups of one key, one would be lost."""
    text = _expression(columns, day, dimension, name)
    return text if dimension.time else f"coalesce({text}, '')"


def _expression(columns: Mapping[str, str], day: str, dimension: Dimension, name: str) -> str:
    if dimension.time:
        return f"date_trunc('{dimension.time}', {day})::date"
    if dimension.of:
        return f"(select o.value from ({dimension.of}) as o (code, value) where o.code = {columns[name]})"
    return columns[name]


def _code(value: object) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def _table(
    question: Question,
    as_of: datetime,
    where: Mapping[str, str],
    labels: Mapping[str, Mapping[str, str]],
    now: dict[tuple[Key, str], Cell],
    before: dict[tuple[Key, str], Cell],
) -> Table:
    measure = catalogue().measure(question.measure)
    is_wide = len(question.by) > 1
    row_names = question.by[:-1] if is_wide else question.by
    all_keys = {*now, *before}
    keys = sorted({key for key, _ in all_keys if key != (TOTAL,)}, key=lambda key: _order(key, row_names, labels))
    columns = sorted({c for _, c in all_keys if c != TOTAL}, key=lambda c: _order((c,), question.by[-1:], labels))
    shown = [
        (_shown(now, question.least_n, is_wide), "period"),
        *([(_shown(before, question.least_n, is_wide), "against")] if question.against else []),
    ]
    return Table(
        measure=question.measure,
        by=list(question.by),
        where=dict(where),
        period=(question.period.first, question.period.end),
        against=(question.against.first, question.against.end) if question.against else None,
        as_of=as_of,
        least_n=question.least_n,
        rows=[[_label(name, code, labels) for name, code in zip(row_names, key, strict=True)] for key in keys],
        columns=[_label(question.by[-1], c, labels) for c in columns] if is_wide else [],
        cells={
            name: [
                [found.get((key, c), _nothing(measure)) for c in [*(columns if is_wide else []), TOTAL]]
                for key in [*keys, (TOTAL,)]
            ]
            for found, name in shown
        },
    )


def _shown(found: Mapping[tuple[Key, str], Cell], least: int, is_wide: bool) -> dict[tuple[Key, str], Shown]:
    flat: dict[Place, int] = {_place(*where): cell.n for where, cell in found.items()}
    hidden = hidden_cells(flat, least, has_column_totals=is_wide)
    return {
        where: Shown(is_hidden=True) if _place(*where) in hidden else Shown.of(cell) for where, cell in found.items()
    }


def _place(key: Key, column: str) -> Place:
    return (TOTAL if key == (TOTAL,) else key, column)


def _nothing(measure: Measure) -> Shown:
    """A cell in which nothing was counted."""
    return Shown(n=0, value=0 if measure.kind == "count" else None)


def _label(name: str, code: str, labels: Mapping[str, Mapping[str, str]]) -> str:
    if catalogue().dimensions[name].time:
        return code
    return labels[name].get(code, code) or NOT_GIVEN


def _order(key: Key, names: tuple[str, ...], labels: Mapping[str, Mapping[str, str]]) -> list[str]:
    """As people sort: ё as е, what is not given last."""
    texts = [_label(name, code, labels).lower().replace("ё", "е") for name, code in zip(names, key, strict=True)]
    return ["\uffff" if text == NOT_GIVEN else text for text in texts]
