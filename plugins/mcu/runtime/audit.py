"""Who looked at what in Superset and what they took away, by the rows that `superset/guard/journal.py` writes. People
appear by their logins only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mcu.warehouse.connect import connect


@dataclass(frozen=True)
class Act:
    """One page opened, or rows asked for; `what` in Russian. `dataset`: the view of `bi` that the rows came from."""

    at: datetime
    login: str
    what: str
    page: str
    tile: str
    dataset: str


def acts(since: datetime, login: str | None = None, *, with_tiles: bool = False) -> list[Act]:
    """What people did since then, the latest first; looks at tiles and lists of values only `with_tiles`: a page is
    full of them. The administrator's account, which checks tiles, is one of the people."""
    with connect("superset") as conn:
        given = {"since": since, "login": login, "with_tiles": with_tiles}
        return [Act(*row) for row in conn.execute(_ACTS, given).fetchall()]


_ACTS = """
with acts as (
    select
        l.dttm at time zone 'UTC' as at,
        u.username as login,
        l.json::jsonb as said,
        l.dashboard_id,
        l.slice_id
    from logs as l
    inner join ab_user as u on l.user_id = u.id
    where
        l.action = 'mcu'
        and l.dttm >= %(since)s at time zone 'UTC'
        and (%(login)s::text is null or u.username = %(login)s)
)

select
    a.at,
    a.login,
    case a.said ->> 'what'
        when 'page' then 'открыта страница'
        when 'tile' then 'показана плитка'
        when 'values' then 'показаны значения столбца'
        when 'query' then 'собственный запрос данных'
        when 'rows' then 'просмотр строк'
        when 'file' then 'выгрузка ' || upper(a.said ->> 'format')
        else 'запрос SQL'
    end || case when (a.said ->> 'refused')::boolean then ' (отказано)' else '' end as what,
    coalesce(d.dashboard_title, '') as page,
    coalesce(s.slice_name, '') as tile,
    coalesce(a.said ->> 'dataset', '') as dataset
from acts as a
left join dashboards as d on a.dashboard_id = d.id
left join slices as s on a.slice_id = s.id
where %(with_tiles)s or a.said ->> 'what' not in ('tile', 'values') or (a.said ->> 'refused')::boolean
order by a.at desc
"""
