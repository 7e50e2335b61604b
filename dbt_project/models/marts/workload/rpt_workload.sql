-- Grain: municipality × block × recipient ('all': the whole block) with open items or some in the last `flow.days`
-- days. Work in hand is in working days: what is open, beside what is answered in a working day. Without a number of
-- employees in workload_norms it is as many as what is answered needs.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}
{%- set days = var('flow').days %}

with feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

norms as (
    select * from {{ ref('workload_norms') }}
),

work_days as (
    select * from {{ ref('int_day_kinds') }}
),

forecasts as (
    select * from {{ ref('int_workload_forecast') }}
    where week_no = 0
),

periods as (
    select
        municipality_code,
        {{ local_date(as_of(), 'time_zone') }} as today,
        time_zone
    from municipalities
    where municipality_code != 'unknown'
),

calendar as (
    select
        p.municipality_code,
        count(*) filter (where w.date_on < p.today) as past_days,
        count(*) filter (where w.date_on >= p.today) as next_days
    from periods as p
    inner join work_days as w on w.date_on between p.today - {{ days }} and p.today + 27
    where w.is_working
    group by p.municipality_code
),

counts as (
    select
        f.municipality_code,
        f.block_code,
        coalesce(f.recipient_code, 'all') as recipient_code,
        count(*) filter (where f.is_open) as open_count,
        count(*) filter (where f.received_on between p.today - {{ days }} and p.today - 1) as received_count,
        count(*) filter (
            where {{ local_date('f.closed_at', 'p.time_zone') }} between p.today - {{ days }} and p.today - 1
        ) as closed_count
    from feedback as f
    inner join periods as p on f.municipality_code = p.municipality_code
    where
        f.received_at <= {{ as_of() }}
        and (
            f.is_open
            or f.received_on >= p.today - {{ days }}
            or f.closed_at >= {{ as_of() }} - interval '{{ days + 2 }} days'
        )
        and {{ from_citizen('f') }}
    group by
        grouping sets (
            (f.municipality_code, f.block_code, f.recipient_code),
            (f.municipality_code, f.block_code)
        )
),

rated as (
    select
        c.*,
        k.past_days,
        k.next_days,
        p.today,
        c.received_count::numeric / k.past_days as received_per_day,
        c.closed_count::numeric / k.past_days as closed_per_day
    from counts as c
    inner join calendar as k on c.municipality_code = k.municipality_code
    inner join periods as p on c.municipality_code = p.municipality_code
    where c.open_count + c.received_count + c.closed_count > 0
),

-- a block's own employees are not those of one of its recipients
normed as (
    select
        r.*,
        n.items_per_day,
        n.legal_basis as norm_basis,
        n.employees is null as is_estimated,
        coalesce(n.employees, r.closed_per_day / n.items_per_day) as employees
    from rated as r
    cross join lateral (
        select
            o.items_per_day,
            o.legal_basis,
            case
                when r.recipient_code = 'all' and o.block_code is not null then o.employees
                when o.recipient_code is not null then o.employees
            end as employees
        from norms as o
        where
            coalesce(o.municipality_code, r.municipality_code) = r.municipality_code
            and coalesce(o.block_code, r.block_code) = r.block_code
            and coalesce(o.recipient_code, r.recipient_code) = r.recipient_code
            and {{ in_force('o', 'r.today') }}
        order by o.recipient_code nulls last, o.block_code nulls last, o.municipality_code nulls last
        limit 1
    ) as n
)

select
    n.municipality_code,
    n.block_code,
    n.recipient_code,
    n.open_count::integer as open_count,
    n.received_count::integer as received_count,
    n.closed_count::integer as closed_count,
    n.past_days::integer as working_days,
    n.next_days::integer as next_working_days,
    round(n.received_per_day, 3) as received_per_day,
    round(n.closed_per_day, 3) as closed_per_day,
    round(n.open_count / nullif(n.closed_per_day, 0), 1) as in_hand_days,
    n.items_per_day,
    n.norm_basis,
    round(n.employees, 2) as employees,
    n.is_estimated,
    round(n.employees * n.items_per_day, 3) as capacity_per_day,
    round(n.received_per_day / nullif(n.employees * n.items_per_day, 0), 3) as load_share,
    round(f.expected_count, 1) as expected_count,
    f.low_count,
    f.high_count
from normed as n
left join forecasts as f
    on n.municipality_code = f.municipality_code and n.block_code = f.block_code and n.recipient_code = f.recipient_code
