-- Grain: full local day × municipality × block × recipient with an item open at the day's end. Grows by days, not by
-- items: each stay is a step up and a step down, and a day is the sum of the steps so far.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_open_days', 'key': 'date_on'},
    on_schema_change='fail', tags=['each_run'],
    indexes=[{'columns': ['date_on']}]
) }}
-- depends_on: {{ ref('int_open_days') }}

with stays as (
    select * from {{ ref('int_stays') }}
),

states as (
    select * from {{ ref('dwell_states') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

bounds as (
    select
        {% if is_incremental() -%}
        (select min(date_on) from {{ ref('int_open_days') }})
        {%- else -%}
        '{{ var("calendar_from") }}'::date
        {%- endif %} as first_on
),

open_stays as (
    select
        s.municipality_code,
        s.block_code,
        s.recipient_code,
        s.state_code = 'deferred' as is_deferred,
        s.entered_on,
        s.left_on
    from stays as s
    inner join states as t on s.state_code = t.state_code
    where t.is_open
),

steps as (
    select
        s.municipality_code,
        s.block_code,
        s.recipient_code,
        -- what is older than the calendar is open from its first day on
        greatest(b.date_on, '{{ var("calendar_from") }}'::date) as date_on,
        b.step,
        case when s.is_deferred then b.step else 0 end as deferred_step
    from open_stays as s
    cross join lateral (values (1, s.entered_on), (-1, s.left_on)) as b (step, date_on)
    where
        b.date_on is not null
        and s.entered_on is distinct from s.left_on
        and greatest(b.date_on, '{{ var("calendar_from") }}'::date) >= (select first_on from bounds)
    {% if is_incremental() -%}
    union all
    select
        municipality_code,
        block_code,
        recipient_code,
        date_on + 1 as date_on,
        open_count as step,
        deferred_count as deferred_step
    from {{ this }}
    where date_on = (select first_on - 1 from bounds)
    {%- endif %}
),

changes as (
    select
        s.municipality_code,
        s.block_code,
        s.recipient_code,
        s.date_on,
        {{ local_date(as_of(), 'm.time_zone') }} as today,
        sum(s.step) as step,
        sum(s.deferred_step) as deferred_step
    from steps as s
    inner join municipalities as m on s.municipality_code = m.municipality_code
    where s.date_on < {{ local_date(as_of(), 'm.time_zone') }}
    group by s.municipality_code, s.block_code, s.recipient_code, s.date_on, m.time_zone
),

levels as (
    select
        municipality_code,
        block_code,
        recipient_code,
        date_on,
        coalesce(lead(date_on) over in_order, today) as next_on,
        sum(step) over in_order as open_count,
        sum(deferred_step) over in_order as deferred_count
    from changes
    window in_order as (partition by municipality_code, block_code, recipient_code order by date_on)
)

select
    d.date_on::date as date_on,
    l.municipality_code,
    l.block_code,
    l.recipient_code,
    l.open_count::integer as open_count,
    l.deferred_count::integer as deferred_count
from levels as l
cross join lateral generate_series(l.date_on::timestamp, l.next_on - interval '1 day', '1 day') as d (date_on)
where l.open_count > 0
