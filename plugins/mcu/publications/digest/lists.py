"""The lists of the digest, the worst first: what a recipient must do, how a sector block stands, what nobody has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import psycopg
from psycopg.rows import DictRow, dict_row

from mcu.publications.digest.lines import Line, lines_of
from mcu.publications.readiness import passed_run
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import project_variable

NOBODY = ("none", "unknown")
"""Codes of dim_recipient that are no organisation: an item with no recipient yet, and a name that no map knows."""


Audience = Literal["recipient", "block", "duty"]


@dataclass(frozen=True)
class DeadlineList:
    """One letter's list, of one municipality."""

    audience: Audience
    municipality_code: str
    municipality: str
    municipality_short: str
    code: str
    """Of the recipient, of the head of the block, or `none`."""
    title: str
    """The recipient, the block, or empty."""
    position: str
    """The position of the head of the block, else empty."""
    lines: list[Line]

    @property
    def overdue(self) -> list[Line]:
        return [line for line in self.lines if line.is_overdue]

    @property
    def others(self) -> list[Line]:
        return [line for line in self.lines if not line.is_overdue]

    @property
    def key(self) -> str:
        """Unique in its municipality: a head may answer for several blocks."""
        return f"{self.code} {self.title}" if self.audience == "block" else self.code

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [line.model_dump(mode="json") for line in self.lines]


def preview() -> list[DeadlineList]:
    """Every list that the marts give now; nothing is sent. Raises PublicationStopped if the marts are not checked."""
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        passed_run(cursor.connection)
        return read_lists(cursor)


def read_lists(cursor: psycopg.Cursor[DictRow]) -> list[DeadlineList]:
    """The lists that are not empty: of recipients, of blocks, of what nobody has. The oldest debt comes first."""
    # the horizon is that of rpt_deadline_risk: working days after this one
    within = {"within": project_variable("risk")["within"]}
    rows = cursor.execute(_DEADLINES, within).fetchall()
    unowned = cursor.execute(_UNOWNED).fetchall()
    return [
        *_lists("recipient", [row for row in rows if row["recipient_code"] not in NOBODY]),
        *_lists("block", [row for row in rows if row["head_code"]]),
        *_lists("duty", unowned),
    ]


def _lists(audience: Audience, rows: Sequence[DictRow]) -> list[DeadlineList]:
    """Rows by whose they are; within a list their order stays."""
    code, title, position = _WHOSE[audience]

    def whose(row: DictRow) -> tuple[str, str, str, str, str, str]:
        whose = row.get(code) or NOBODY[0], row.get(title) or "", row.get(position) or ""
        return row["municipality_code"], row["municipality"], row["municipality_short"], *whose

    return [
        DeadlineList(audience, *names, lines=lines_of(list(own)))
        for names, own in groupby(sorted(rows, key=whose), key=whose)
    ]


_WHOSE: dict[Audience, tuple[str, str, str]] = {
    "recipient": ("recipient_code", "recipient", ""),
    "block": ("head_code", "block", "head_position"),
    "duty": ("", "", ""),
}
"""The columns that name the addressee: code, title, position."""

# A row is an item and one of its deadlines, or none. Rows of one item follow each other.
_COLUMNS = """
    f.feedback_key, f.municipality_code, m.title as municipality,
    m.short_title as municipality_short, f.record_ref, c.title as channel, t.title as topic,
    f.received_on, (a.as_of at time zone m.time_zone)::date - f.received_on as age_days,
    f.recipient_code, r.title as recipient,
    a.as_of at time zone m.time_zone as now_local, s.due_at at time zone m.time_zone as due_local,
    g.title as stage, s.unit, s.left_amount, s.left_seconds, s.left_working_seconds, s.is_overdue, s.legal_basis,
    coalesce(w.is_working, true) as is_working_day, min(s.due_at) over (partition by f.feedback_key) as first_due_at
"""

_JOINS = """
    join marts.dim_municipality as m on m.municipality_code = f.municipality_code
    join marts.dim_recipient as r on r.recipient_code = f.recipient_code
    join marts.dim_channel as c on c.channel_code = f.channel_code
    join marts.dim_topic as t on t.topic_code = f.topic_code
    cross join marts.dim_as_of as a
    left join reference.stages as g on g.stage = s.stage
    left join intermediate.int_work_days as w
        on w.schedule_code = coalesce(s.schedule_code, 'office')
        and w.date_on = (s.due_at at time zone m.time_zone)::date
"""

_DEADLINES = f"""
select {_COLUMNS}, b.title as block, b.head_position, h.head_code
from marts.rpt_deadline_status as s
join marts.fct_feedback as f using (feedback_key)
{_JOINS}
join intermediate.int_work_days as today
    on today.schedule_code = coalesce(s.schedule_code, 'office')
    and today.date_on = (a.as_of at time zone m.time_zone)::date
join intermediate.int_work_days as last
    on last.schedule_code = today.schedule_code and last.is_working and last.ordinal = today.ordinal + %(within)s
left join marts.dim_sector_block as b on b.block_code = f.block_code
left join reference.block_heads as h
    on h.block_code = f.block_code and h.valid_from <= today.date_on
    and (h.valid_to is null or h.valid_to > today.date_on)
where s.status in ('running', 'running_late') and (s.due_at at time zone m.time_zone)::date <= last.date_on
order by first_due_at, f.feedback_key, s.due_at, g.sort_order
"""

_UNOWNED = f"""
select {_COLUMNS}, o.title as suggested, bool_or(s.is_overdue) over (partition by f.feedback_key) as is_late
from marts.rpt_unowned_items as u
join marts.fct_feedback as f using (feedback_key)
left join marts.rpt_deadline_status as s
    on s.feedback_key = f.feedback_key and s.status in ('running', 'running_late')
{_JOINS}
left join marts.dim_recipient as o on o.recipient_code = u.suggested_recipient_code
order by is_late desc nulls last, first_due_at, u.received_at, f.feedback_key, s.due_at
"""
