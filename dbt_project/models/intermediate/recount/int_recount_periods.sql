-- Grain: one period of a rating (week, month, quarter, year) with a day in a month that this run counts anew. Empty in
-- a full run.
{{ config(tags=['each_run'], indexes=[{'columns': ['period_key'], 'unique': true}]) }}

with months as (
    select * from {{ ref('int_recount_months') }}
),

periods as (
    select
        p.period,
        p.period_start::date as period_start
    from months as m
    cross join lateral (
        select
            k.period,
            date_trunc(k.period, m.period_month) as period_start
        from (values ('month'), ('quarter'), ('year')) as k (period)
        union all
        select
            'week',
            generate_series(
                date_trunc('week', m.period_month), m.period_month + interval '1 month' - interval '1 day', '7 days'
            )
    ) as p
)

select distinct
    {{ period_key('period', 'period_start') }} as period_key,
    period,
    period_start
from periods
where not {{ is_full() }}
