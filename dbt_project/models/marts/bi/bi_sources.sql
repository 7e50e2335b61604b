-- Grain: declared source. When it was last read, and whether it answers. Live: the ledgers are newer than the marts.
-- How many records it brought is a figure of all its municipalities: only for who sees all of them.
with states as (
    select * from {{ source('ops', 'source_state') }}
),

loads as (
    select
        source_slug,
        count(*) as loads_count,
        count(*) filter (where status in ('quarantined', 'refused', 'failed')) as bad_count,
        sum(read_count) filter (where status = 'accepted') as read_count,
        sum(new_count) filter (where status = 'accepted') as new_count,
        sum(rejected_count) filter (where status = 'accepted') as rejected_count,
        max(accepted_at) as accepted_at,
        (array_agg(status order by load_id desc))[1] as last_status
    from {{ source('ops', 'loads') }}
    group by source_slug
),

waiting as (
    select
        source_slug,
        count(*) as waiting_count
    from {{ source('ops', 'rejects') }}
    where replayed_at is null
    group by source_slug
),

rights as (
    select {{ visible_rows() }} as sees_all
)

select
    s.title as source,
    t.checked_at,
    t.last_new_at,
    t.failing_since,
    l.accepted_at,
    coalesce(l.loads_count, 0)::integer as loads_count,
    coalesce(l.bad_count, 0)::integer as bad_loads_count,
    case when r.sees_all then coalesce(l.read_count, 0)::integer end as read_count,
    case when r.sees_all then coalesce(l.new_count, 0)::integer end as new_count,
    case when r.sees_all then coalesce(l.rejected_count, 0)::integer end as rejected_count,
    case when r.sees_all then coalesce(w.waiting_count, 0)::integer end as waiting_rejects_count,
    case
        when t.failing_since is not null then 'Не отвечает'
        when l.last_status = 'quarantined' then 'Загрузка задержана'
        when l.last_status in ('refused', 'failed') then 'Загрузка отклонена'
        when t.source_slug is null then 'Не подключён'
        else 'Читается'
    end as state
from {{ ref('dim_source') }} as s
left join states as t on s.source_slug = t.source_slug
left join loads as l on s.source_slug = l.source_slug
left join waiting as w on s.source_slug = w.source_slug
cross join rights as r
where {{ visible_to('managers') }}
