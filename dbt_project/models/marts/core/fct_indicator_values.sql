-- Grain: indicator × municipality × month, from the first month with an item of a known municipality to the month of
-- `as_of`, without gaps: a month in which nothing happened has a count of 0, and nothing else. How the
-- value comes from numerator and denominator, the catalogue says (seeds/indicators.csv, `aggregation`).
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_months', 'key': 'period_month'},
    on_schema_change='fail', tags=['each_run']
) }}

with indicators as (
    select * from {{ ref('dim_indicator') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

indicator_plans as (
    select * from {{ ref('indicator_plans') }}
),

-- an indicator gives a row an item, or its figures as they are
counted as (
    {% for code in var('indicator_codes') -%}
    select
        indicator_code,
        municipality_code,
        period_month,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from {{ ref('ind_' ~ code) }}
    where {{ in_recounted_months('period_month') }}
    group by indicator_code, municipality_code, period_month
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

months as (
    select m::date as period_month
    from
        generate_series(
            {{ first_month(ref('fct_feedback')) }}::timestamp,
            date_trunc('month', {{ local_date(as_of(), "'" ~ var('time_zone') ~ "'") }})::timestamp,
            '1 month'
        ) as m
    where {{ in_recounted_months('m') }}
),

grid as (
    select
        i.indicator_code,
        m.municipality_code,
        p.period_month
    from indicators as i
    cross join municipalities as m
    cross join months as p
    where m.municipality_code != 'unknown'
    union
    -- what no map knows is shown in the months in which there is some; what is dated before the calendar counts in no
    -- month: check MART-013 lists such items
    select
        indicator_code,
        municipality_code,
        period_month
    from counted
    where
        municipality_code = 'unknown'
        and period_month >= '{{ var("calendar_from") }}'::date
),

plans as (
    select distinct on (g.indicator_code, g.municipality_code, g.period_month)
        g.indicator_code,
        g.municipality_code,
        g.period_month,
        p.plan_value,
        p.set_by,
        p.legal_basis
    from grid as g
    inner join indicator_plans as p
        on
            g.indicator_code = p.indicator_code
            and coalesce(p.municipality_code, g.municipality_code) = g.municipality_code
            and {{ in_force('p', 'g.period_month') }}
    order by g.indicator_code, g.municipality_code, g.period_month, p.municipality_code nulls last
),

valued as (
    select
        g.indicator_code,
        g.municipality_code,
        g.period_month,
        -- a median or a percentile has nothing to sum: its SQL gives the value itself
        case when i.aggregation not in ('median', 'percentile') then coalesce(c.numerator, 0)::numeric end as numerator,
        coalesce(c.denominator, 0)::bigint as denominator,
        case
            when i.aggregation = 'count' then coalesce(c.numerator, 0)::numeric
            when c.denominator > 0 and i.aggregation in ('share', 'mean')
                then round(c.numerator::numeric / c.denominator, 6)
            when c.denominator > 0 and i.aggregation in ('median', 'percentile') then round(c.numerator::numeric, 6)
        end as value,
        p.plan_value,
        p.set_by as plan_set_by,
        p.legal_basis as plan_basis,
        i.direction
    from grid as g
    inner join indicators as i on g.indicator_code = i.indicator_code
    left join counted as c
        on
            g.indicator_code = c.indicator_code
            and g.municipality_code = c.municipality_code
            and g.period_month = c.period_month
    left join plans as p
        on
            g.indicator_code = p.indicator_code
            and g.municipality_code = p.municipality_code
            and g.period_month = p.period_month
)

select
    indicator_code,
    municipality_code,
    period_month,
    numerator,
    denominator,
    value,
    plan_value,
    plan_set_by,
    plan_basis,
    {{ achievement('value', 'plan_value', 'direction') }} as achievement
from valued
