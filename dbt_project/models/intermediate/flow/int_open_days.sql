-- Grain: one local day whose open items this run counts anew: all days from the first on which the stay of a touched
-- item begins or ends otherwise than before, and those since the instant of the last run. Empty in a full run.
{{ config(tags=['each_run'], indexes=[{'columns': ['date_on'], 'unique': true}]) }}

with stays_before as (
    select * from {{ ref('int_stays_before') }}
),

stays_now as (
    select
        s.feedback_key,
        s.municipality_code,
        s.block_code,
        s.recipient_code,
        s.state_code,
        s.entered_on,
        s.left_on
    from {{ ref('int_stays') }} as s
    inner join {{ ref('int_touched') }} as t on s.feedback_key = t.feedback_key
),

{% for stand in ['before', 'now'] -%}
steps_{{ stand }} as (
    select
        s.feedback_key,
        s.municipality_code,
        s.block_code,
        s.recipient_code,
        s.state_code,
        b.step,
        b.date_on
    from stays_{{ stand }} as s
    cross join lateral (values (1, s.entered_on), (-1, s.left_on)) as b (step, date_on)
    where b.date_on is not null
),

{% endfor -%}
changed as (
    (
        select * from steps_before
        except all
        select * from steps_now
    )
    union all
    (
        select * from steps_now
        except all
        select * from steps_before
    )
),

-- two days back: by then the day of the last run is over in every zone
bounds as (
    select
        least(
            (select min(date_on) from changed),
            ((least({{ as_of_before() }}, {{ as_of() }}) - interval '2 days') at time zone 'UTC')::date
        ) as first_on,
        ((greatest({{ as_of_before() }}, {{ as_of() }}) + interval '1 day') at time zone 'UTC')::date as last_on
)

select d::date as date_on
from bounds as b
cross join lateral generate_series(
    greatest(b.first_on, '{{ var("calendar_from") }}'::date)::timestamp, b.last_on::timestamp, '1 day'
) as d
where not {{ is_full() }}
