"""What a weekly note is written from: figures of one municipality and week, read from the marts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
from psycopg.rows import DictRow

from mcu.errors import UserError
from mcu.publications.indicators.document import number

CHART_WEEKS = 26

Rows = list[DictRow]


@dataclass(frozen=True)
class Week:
    """A calendar week, Monday to Sunday."""

    first: date

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    @property
    def code(self) -> str:
        """By ISO: «2026-W46»."""
        return f"{self.first:%G-W%V}"

    @property
    def slice(self) -> dict[str, Any]:
        return {"first": self.first, "last": self.last}

    def ago(self, weeks: int) -> Week:
        return Week(self.first - timedelta(weeks=weeks))

    @classmethod
    def of(cls, code: str) -> Week:
        """The week of «2026-W46». Raises UserError."""
        try:
            if re.fullmatch(r"20\d{2}-W\d{2}", code):
                return cls(date.fromisoformat(f"{code}-1"))
        except ValueError:
            pass
        raise UserError(f"Неделя указана как «{code}», а нужен вид ГГГГ-WНН, например 2026-W46.")

    @classmethod
    def before(cls, day: date) -> Week:
        """The last whole week before a day."""
        return cls(day - timedelta(days=day.weekday() + 7))


@dataclass(frozen=True)
class Figures:
    """Lists come worst first and whole."""

    place: DictRow
    as_of: datetime
    today: date
    week: Week
    flows: dict[date, DictRow]
    """First day of a week → its sums; the weeks of the chart, and the week a year ago."""
    flows_by_block: Rows
    flows_by_topic: Rows
    measures_by_block: Rows
    measures_overdue: Rows
    measures_doubtful: Rows
    measures_due: Rows
    recipients: Rows
    areas: Rows
    rating: Rows
    """Who changed places in the rating of the last whole month, furthest first."""
    reviews: DictRow
    reviewed: Rows
    """Recipients with conflicts or errors of communication among the answers that experts looked at in the week."""
    votes: Rows
    recommendations: Rows
    totals: DictRow


def read(cursor: psycopg.Cursor[DictRow], municipality_code: str, week: Week, as_of: datetime, today: date) -> Figures:
    """The figures of one municipality; `today`: the local day of `as_of`."""
    year_ago = week.ago(52)
    given = {
        "place": municipality_code,
        "first": week.first,
        "last": week.last,
        "before": week.ago(1).first,
        "chart": week.ago(CHART_WEEKS - 1).first,
        "year_ago": year_ago.first,
        "year_ago_last": year_ago.last,
        "today": today,
    }

    def rows(query: LiteralString) -> Rows:
        found = cursor.execute(query, given).fetchall()
        # sums come as numeric
        return [{name: number(v) if isinstance(v, Decimal) else v for name, v in row.items()} for row in found]

    return Figures(
        place=rows("select * from marts.dim_municipality where municipality_code = %(place)s")[0],
        as_of=as_of,
        today=today,
        week=week,
        flows={row["first"]: row for row in rows(_FLOWS)},
        flows_by_block=rows(_BY_BLOCK),
        flows_by_topic=rows(_BY_TOPIC),
        measures_by_block=rows(_MEASURES),
        measures_overdue=rows(_OVERDUE),
        measures_doubtful=rows(_DOUBTFUL),
        measures_due=rows(_DUE),
        recipients=rows(_RECIPIENTS),
        areas=rows(_AREAS),
        rating=rows(_RATING),
        reviews=rows(_REVIEWS)[0],
        reviewed=rows(_REVIEWED),
        votes=rows(_VOTES),
        recommendations=rows(_RECOMMENDATIONS),
        totals=rows(_TOTALS)[0],
    )


_FLOWS = """
    select date_trunc('week', date_on)::date as first, sum(new_count) as new, sum(repeat_count) as repeat,
           sum(duplicate_count) as duplicate, sum(overdue_count) as overdue, sum(deferred_count) as deferred,
           sum(closed_count) as closed
    from marts.fct_flows
    where municipality_code = %(place)s
      and (date_on between %(chart)s and %(last)s or date_on between %(year_ago)s and %(year_ago_last)s)
    group by 1
"""

_BY_BLOCK = """
    select f.block_code, b.title, coalesce(sum(new_count) filter (where date_on >= %(first)s), 0) as now,
           coalesce(sum(new_count) filter (where date_on < %(first)s), 0) as before
    from marts.fct_flows as f join marts.dim_sector_block as b using (block_code)
    where f.municipality_code = %(place)s and date_on between %(before)s and %(last)s
    group by 1, 2
    order by abs(sum(case when date_on >= %(first)s then new_count else -new_count end)) desc, b.title
"""

_BY_TOPIC = """
    select f.topic_code, t.title, coalesce(sum(new_count) filter (where date_on >= %(first)s), 0) as now,
           coalesce(sum(new_count) filter (where date_on < %(first)s), 0) as before,
           coalesce(sum(overdue_count) filter (where date_on >= %(first)s), 0) as overdue,
           coalesce(sum(repeat_count) filter (where date_on >= %(first)s), 0) as repeat
    from marts.fct_flows as f join marts.dim_topic as t using (topic_code)
    where f.municipality_code = %(place)s and date_on between %(before)s and %(last)s
      and f.topic_code not in ('unknown', 'none')
    group by 1, 2
    having sum(new_count + overdue_count) filter (where date_on >= %(first)s) > 0
    order by sum(new_count + overdue_count) filter (where date_on >= %(first)s) desc, t.title
"""

_MEASURES = """
    select b.block_code, b.title, count(*) filter (where is_open) as open,
           count(*) filter (where is_overdue) as overdue,
           count(*) filter (where status_code = 'done' and done_on between %(first)s and %(last)s) as done,
           count(*) filter (where is_done_late and done_on between %(first)s and %(last)s) as done_late
    from marts.rpt_measure_control as m join marts.dim_sector_block as b using (block_code)
    where m.municipality_code = %(place)s
    group by b.block_code, b.title, b.sort_order
    having count(*) filter (where is_open or done_on between %(first)s and %(last)s) > 0
    order by overdue desc, open desc, b.sort_order
"""

_OVERDUE = """
    select m.measure_key::text, m.title, m.planned_on, -m.days_left as days_late, r.title as recipient
    from marts.rpt_measure_control as m join marts.dim_recipient as r using (recipient_code)
    where m.municipality_code = %(place)s and m.is_overdue
    order by m.planned_on, m.title
"""

# Reported done in the last quarter, and the complaints on its topic in its place go on or came back.
_DOUBTFUL = """
    select c.measure_key::text, m.title, c.done_on, r.title as recipient, c.days_after as days, c.items_after as after,
           c.items_before as before, c.people_after as people
    from marts.rpt_measure_checks as c
    join marts.fct_measures as m using (measure_key)
    join marts.dim_recipient as r using (recipient_code)
    where c.municipality_code = %(place)s and c.verdict in ('goes_on', 'came_back')
      and c.done_on >= %(today)s::date - 92
    order by c.people_after desc, m.title
"""

_DUE = """
    select measure_key::text, title, planned_on from marts.rpt_measure_control
    where municipality_code = %(place)s and is_open and planned_on between %(today)s and %(today)s::date + 14
    order by planned_on, title
"""

_RECIPIENTS = """
    with overdue as (
        select o.recipient_code, count(*) as overdue,
               max(%(today)s::date - (o.due_at at time zone m.time_zone)::date) as oldest_days
        from marts.rpt_open_items as o join marts.dim_municipality as m using (municipality_code)
        where o.municipality_code = %(place)s and o.status = 'running_late'
        group by 1
    ),
    deferred as (
        select recipient_code, count(*) as deferred from marts.fct_feedback
        where municipality_code = %(place)s and is_open and is_deferred
        group by 1
    )
    select recipient_code, r.title, coalesce(overdue, 0) as overdue, oldest_days, coalesce(deferred, 0) as deferred,
           recipient_code in ('none', 'unknown') as is_nobody
    from overdue full join deferred using (recipient_code) join marts.dim_recipient as r using (recipient_code)
    order by overdue desc, deferred desc, r.title
"""

# The areas of the last four weeks; a problem goes by its own name.
_AREAS = """
    select a.area_key::text, a.area_kind, t.title as topic, p.title as problem, nullif(a.place, '') as place,
           a.people_count as people, a.items_count as items, round(a.expected_count, 1) as expected,
           a.returned_count as returned, a.overdue_count as overdue, a.is_by_growth, a.is_by_returned, a.is_by_overdue
    from marts.rpt_problem_areas as a
    join marts.dim_topic as t using (topic_code)
    left join marts.fct_problems as p on a.area_key = p.problem_key
    where a.municipality_code = %(place)s
    order by a.score desc, a.area_kind, a.area_key
"""

# By the rating of the municipality's own act, in its last whole month before the end of the week.
_RATING = """
    with latest as (
        select max(period_start) as period_start from marts.rpt_ratings
        where municipality_code = %(place)s and is_main
          and period_start < date_trunc('month', %(last)s::date + 1)::date
    )
    select r.scheme_code, r.unit_code, r.unit_title as title, r.peers_title as peers, r.period_start, r.rank,
           r.rank_low, r.rank_high, r.peers_count, r.rank_change as change
    from marts.rpt_ratings as r join latest using (period_start)
    where r.municipality_code = %(place)s and r.is_main and r.rank is not null
    order by abs(r.rank_change) desc nulls last, r.rank_change desc, r.unit_title
"""

_REVIEWS = """
    select count(*) as all, count(*) filter (where verdict = 'conflict') as conflict,
           count(*) filter (where verdict = 'communication_error') as error,
           count(*) filter (where verdict = 'hollow') as hollow
    from marts.fct_reply_reviews join marts.fct_feedback as f using (feedback_key)
    where f.municipality_code = %(place)s and is_latest and reviewed_on between %(first)s and %(last)s
"""

_REVIEWED = """
    select recipient_code, r.title, count(*) filter (where verdict = 'conflict') as conflict,
           count(*) filter (where verdict = 'communication_error') as error
    from marts.fct_reply_reviews
    join marts.fct_feedback as f using (feedback_key) join marts.dim_recipient as r using (recipient_code)
    where f.municipality_code = %(place)s and is_latest and reviewed_on between %(first)s and %(last)s
      and verdict in ('conflict', 'communication_error') and recipient_code not in ('none', 'unknown')
    group by 1, 2
    order by count(*) desc, r.title
"""

_RECOMMENDATIONS = """
    select recommendation_key::text, text from marts.rpt_recommendations
    where municipality_code = %(place)s and status in ('accepted', 'offered')
    order by status, since desc, recommendation_key
"""

_VOTES = """
    select source_slug, record_ref, v.title, (min(ended_at) at time zone m.time_zone)::date as ended_on,
           min(ended_at) > (select as_of from marts.dim_as_of) as is_running, sum(votes_count) as votes
    from marts.fct_votes as v join marts.dim_municipality as m using (municipality_code)
    where municipality_code = %(place)s
    group by source_slug, record_ref, v.title, m.time_zone
    having min(ended_at) > (select as_of from marts.dim_as_of)
        or (min(ended_at) at time zone m.time_zone)::date between %(first)s and %(last)s
    order by ended_on, v.title
"""

_TOTALS = """
    select
        (select count(distinct feedback_key) from marts.rpt_deadline_risk
         where municipality_code = %(place)s) as risk_due,
        (select count(*) from marts.rpt_open_items where municipality_code = %(place)s) as open_all,
        (select count(*) from ops.loads where status = 'quarantined') as held,
        (select count(failing_since) from ops.source_state) as failing,
        marks, good, untitled
    from (
        select
            count(*) filter (where (marked_at at time zone time_zone)::date between %(first)s and %(last)s) as marks,
            count(*) filter (
                where mark >= 4 and (marked_at at time zone time_zone)::date between %(first)s and %(last)s
            ) as good,
            count(*) filter (
                where topic_code = 'unknown' and received_on between %(first)s and %(last)s
            ) as untitled
        from marts.fct_feedback join marts.dim_municipality using (municipality_code)
        where municipality_code = %(place)s and kind <> 'body_request'
          and (received_on between %(first)s and %(last)s or marked_at >= %(first)s::date - 1)
    ) as f
"""
