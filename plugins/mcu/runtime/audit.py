"""Who looked at what in Superset and what they asked to take away, by Superset's own log. People appear by their logins
only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mcu.warehouse.connect import connect


@dataclass(frozen=True)
class Act:
    """One page opened, or one tile asked for as a file; `what` in Russian. Superset's log does not say whether it was
    refused."""

    at: datetime
    login: str
    what: str
    page: str
    tile: str


def acts(since: datetime, login: str | None = None) -> list[Act]:
    """What people did since then, the latest first. The administrator's account, which checks tiles, is one of them."""
    with connect("superset") as conn:
        return [Act(*row) for row in conn.execute(_ACTS, {"since": since, "login": login}).fetchall()]


# The log holds what the request said of itself, so nothing in it may break this query or hide a request.
_ACTS = """
with logged as materialized (
    select
        l.dttm at time zone 'UTC' as at,
        u.username as login,
        l.action,
        l.dashboard_id,
        l.slice_id,
        pg_input_is_valid(coalesce(l.json, '{}'), 'jsonb') as is_valid,
        case when pg_input_is_valid(l.json, 'jsonb') then l.json::jsonb else '{}' end as given
    from logs as l
    inner join ab_user as u on l.user_id = u.id
    where
        l.dttm >= %(since)s at time zone 'UTC'
        and (%(login)s::text is null or u.username = %(login)s)
        and l.action in ('dashboard', 'ChartDataRestApi.data')
),

acts as (
    select
        g.*,
        (
            select min(lower(f.name))
            from (
                values
                (g.given ->> 'result_format'), (g.given ->> 'format'), (g.given #>> '{form_data,result_format}')
            ) as f (name)
            where lower(f.name) != 'json'
        ) as format,
        'drill_detail' in (g.given ->> 'result_type', g.given #>> '{form_data,result_type}')
        or 'samples' in (g.given ->> 'result_type', g.given #>> '{form_data,result_type}') as is_rows,
        coalesce(g.dashboard_id::text, g.given #>> '{form_data,dashboardId}') as page_id,
        coalesce(
            g.slice_id::text, g.given #>> '{form_data,slice_id}', g.given #>> '{form_data,form_data,slice_id}'
        ) as tile_id
    from logged as g
)

select
    a.at,
    a.login,
    case
        when not a.is_valid then 'запрос, который не разобрать'
        when a.action = 'dashboard' then 'открыта страница'
        when a.format is not null
            then 'запрос выгрузки' || case when a.format in ('csv', 'xlsx') then ' ' || upper(a.format) else '' end
        else 'просмотр строк'
    end as what,
    coalesce(d.dashboard_title, '') as page,
    coalesce(s.slice_name, '') as tile
from acts as a
left join dashboards as d on a.page_id = d.id::text
left join slices as s on a.tile_id = s.id::text
where a.action = 'dashboard' or a.format is not null or coalesce(a.is_rows, false) or not a.is_valid
order by a.at desc
"""
