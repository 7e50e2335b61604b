"""What the replay changes: deadlines as they are and as they would have been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from mcu.errors import UserError
from mcu.warehouse.connect import connect
from mcu.warehouse.transform_runs import standing
from mcu.whatif.replay import Replay

YEARS = 2
LISTED = 5_000
"""So many changed deadlines are listed one by one."""


@dataclass(frozen=True)
class Line:
    """Deadlines of a group: how many have passed and were missed, as it is and as it would have been."""

    labels: tuple[str, ...]
    due: int
    missed: int
    due_if: int
    missed_if: int
    newly_missed: int
    no_longer_missed: int
    moved: int

    @property
    def is_changed(self) -> bool:
        return bool(self.moved or self.newly_missed or self.no_longer_missed or self.due != self.due_if)


@dataclass(frozen=True)
class Comparison:
    """By stage, by recipient and stage, by month; and the deadlines that differ, the first ones."""

    supposed: list[str]
    as_of: Any
    stages: list[Line]
    recipients: list[Line]
    months: list[Line]
    changed: list[dict[str, Any]]
    changed_count: int


def compare(replay: Replay) -> Comparison:
    """Deadlines that began in the last two years, judged as of the marts."""
    schema = sql.Identifier(replay.schema)
    with connect("transformer") as conn, conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(sql.SQL(_BOTH).format(schema=schema, years=sql.Literal(YEARS)), {"as_of": replay.run.as_of})
        changed = cursor.execute(_CHANGED + f" limit {LISTED}").fetchall()
        (total,) = (row["n"] for row in cursor.execute("select count(*) as n from both_deadlines where is_changed"))
        found = {
            name: [_line(row) for row in cursor.execute(_SUMS.replace("LABELS", labels).encode())]
            for name, labels in _GROUPS.items()
        }
        now = standing(conn, "published")
    if now is None or now.run_id != replay.run.run_id:
        raise UserError("Пока считалось предположение, опубликованы новые витрины: повторите.")
    return Comparison(replay.supposed, replay.run.as_of, changed=changed, changed_count=total, **found)


_GROUPS = {
    "stages": "array[municipality, stage_title]",
    "recipients": "array[municipality, recipient, stage_title]",
    "months": "array[month]",
}

_BOTH = """
create temporary table both_deadlines on commit drop as
with sides as (
    select
        coalesce(a.feedback_key, b.feedback_key) as feedback_key,
        coalesce(a.stage, b.stage) as stage,
        coalesce(b.municipality_code, a.municipality_code) as municipality_code,
        coalesce(b.recipient_code, a.recipient_code) as recipient_code,
        coalesce(a.started_at, b.started_at) as started_at,
        a.due_at as due_at,
        b.due_at as due_if,
        coalesce(b.done_at, a.done_at) as done_at,
        coalesce(a.due_at < %(as_of)s and (a.is_met or a.is_missed), false) as is_due,
        coalesce(b.due_at < %(as_of)s and (b.is_met or b.is_missed), false) as is_due_if,
        coalesce(a.due_at < %(as_of)s and a.is_missed, false) as is_missed,
        coalesce(b.due_at < %(as_of)s and b.is_missed, false) as is_missed_if
    from marts.fct_deadlines as a
    full join {schema}.int_deadlines as b on a.feedback_key = b.feedback_key and a.stage = b.stage
)
select
    s.*,
    s.due_at is distinct from s.due_if or s.is_missed != s.is_missed_if or s.is_due != s.is_due_if as is_changed,
    m.short_title as municipality,
    coalesce(r.title, s.recipient_code) as recipient,
    g.title as stage_title,
    to_char(s.started_at at time zone m.time_zone, 'YYYY-MM') as month,
    f.source_slug,
    f.record_ref
from sides as s
inner join marts.fct_feedback as f on s.feedback_key = f.feedback_key
inner join marts.dim_municipality as m on s.municipality_code = m.municipality_code
left join marts.dim_recipient as r on s.recipient_code = r.recipient_code
inner join reference.stages as g on s.stage = g.stage
where s.started_at >= %(as_of)s::timestamptz - {years} * interval '1 year'
"""

_SUMS = """
with sums as (
    select
        LABELS as labels,
        count(*) filter (where is_due) as due,
        count(*) filter (where is_missed) as missed,
        count(*) filter (where is_due_if) as due_if,
        count(*) filter (where is_missed_if) as missed_if,
        count(*) filter (where is_missed_if and not is_missed) as newly_missed,
        count(*) filter (where is_missed and not is_missed_if) as no_longer_missed,
        count(*) filter (where due_at is distinct from due_if) as moved
    from both_deadlines
    group by 1
)
select * from sums order by newly_missed + no_longer_missed desc, moved desc, labels
"""
_CHANGED = """
select municipality, recipient, source_slug, record_ref, stage_title, started_at, due_at, due_if, done_at, is_missed,
       is_missed_if
from both_deadlines
where is_changed
order by is_missed != is_missed_if desc, started_at, source_slug, record_ref, stage
"""


def _line(row: dict[str, Any]) -> Line:
    return Line(tuple(row.pop("labels")), **row)
