"""The lists of the digest: which deadlines of which recipient are missed, and which fall due soon."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from mcu.publications.digest.letter import Line
from mcu.publications.readiness import passed_run
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import project_variable


@dataclass(frozen=True)
class RecipientList:
    """The deadlines of one recipient in one municipality."""

    municipality_code: str
    municipality: str
    recipient_code: str
    recipient: str
    lines: list[Line]

    @property
    def overdue(self) -> int:
        return sum(line.is_overdue for line in self.lines)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [line.model_dump() for line in self.lines]


def preview() -> list[RecipientList]:
    """Every list that the marts give now; nothing is sent. Raises PublicationStopped if the marts are not checked."""
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        passed_run(cursor.connection)
        return read_lists(cursor)


def read_lists(cursor: psycopg.Cursor[DictRow]) -> list[RecipientList]:
    """The list of each recipient who has one, by municipality and recipient; lines by due time."""
    # the horizon is that of rpt_deadline_risk: working days after this one
    rows = cursor.execute(_DEADLINES, {"within": project_variable("risk")["within"]}).fetchall()
    return [
        RecipientList(*who, [Line(**{name: row[name] for name in Line.model_fields}) for row in own])
        for who, own in groupby(
            rows, key=lambda r: (r["municipality_code"], r["municipality"], r["recipient_code"], r["recipient"])
        )
    ]


_DEADLINES = """
with running as (
    select d.*, m.title as municipality, coalesce(d.schedule_code, 'office') as axis,
           d.as_of at time zone m.time_zone as now_local, d.due_at at time zone m.time_zone as due_local
    from marts.rpt_deadline_status as d
    join marts.dim_municipality as m using (municipality_code)
    where d.status in ('running', 'running_late')
)
select d.municipality_code, d.municipality, d.recipient_code, r.title as recipient,
       f.record_ref, c.title as channel, g.title as stage, to_char(d.due_local, 'DD.MM.YYYY HH24:MI') as due,
       d.is_overdue, due.ordinal - today.ordinal as days, d.legal_basis
from running as d
join marts.fct_feedback as f using (feedback_key)
join marts.dim_recipient as r on r.recipient_code = d.recipient_code
join marts.dim_channel as c on c.channel_code = d.channel_code
join reference.stages as g on g.stage = d.stage
join intermediate.int_work_days as today on today.schedule_code = d.axis and today.date_on = d.now_local::date
join intermediate.int_work_days as last
    on last.schedule_code = d.axis and last.is_working and last.ordinal = today.ordinal + %(within)s
left join intermediate.int_work_days as due on due.schedule_code = d.axis and due.date_on = d.due_local::date
where d.due_local::date <= last.date_on
order by d.municipality_code, d.recipient_code, d.due_at, f.record_ref, g.sort_order
"""
