-- Grain: one problem area (Регламент, п. 5.2) of the last full days: a sphere or a problem that is on the list for at
-- least one reason which chance does not explain; ranks are those of its kind. `score` is in people: each counts
-- once, and again by each share that is proved of the area: above what was expected, again after an answer, overdue,
-- deferred. `*_leave`: at which count the reason ends.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run'],
    indexes=[{'columns': ['area_key'], 'unique': true}]
) }}
{%- set rules = var('problem_areas') %}
{%- set shares = ['returned', 'overdue', 'deferred'] %}

with area_items as (
    select * from {{ ref('rpt_problem_area_items') }}
),

volumes as (
    select * from {{ ref('fct_expected_volumes') }}
),

daily_volumes as (
    select * from {{ ref('int_daily_volumes') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

periods as (
    select
        municipality_code,
        {{ local_date(as_of(), 'time_zone') }} - {{ rules.days }} as first_on,
        {{ local_date(as_of(), 'time_zone') }} - 1 as last_on
    from municipalities
),

counts as (
    select
        area_key,
        area_kind,
        municipality_code,
        min(block_code) as block_code,
        min(topic_code) as topic_code,
        min(place) as place,
        -- a pseudonym differs by system: what is one matter is not two people
        least(
            count(distinct person_key) filter (where is_received), count(distinct matter_key) filter (where is_received)
        )::integer as people_count,
        (count(*) filter (where is_received))::integer as items_count,
        (count(*) filter (where is_returned))::integer as returned_count,
        (count(*) filter (where is_received))::integer as returned_of,
        (count(*) filter (where is_overdue))::integer as overdue_count,
        (count(*) filter (where is_due))::integer as overdue_of,
        (count(*) filter (where is_deferred))::integer as deferred_count,
        (count(*) filter (where is_decided))::integer as deferred_of
    from area_items
    group by area_key, area_kind, municipality_code
),

-- what an area is compared with: all people of any area, and the shares of all spheres together
usual as (
    select
        municipality_code,
        least(
            count(distinct person_key) filter (where is_received), count(distinct matter_key) filter (where is_received)
        ) as people_count,
        {% for share in shares -%}
        (sum({{ share }}_count) filter (where area_kind = 'sphere'))::numeric
        / nullif(sum({{ share }}_of) filter (where area_kind = 'sphere'), 0)
            as {{ share }}_share{{ ',' if not loop.last }}
        {% endfor %}
    from (
        select
            area_kind,
            municipality_code,
            person_key,
            matter_key,
            is_received,
            is_returned::integer as returned_count,
            is_received::integer as returned_of,
            is_overdue::integer as overdue_count,
            is_due::integer as overdue_of,
            is_deferred::integer as deferred_count,
            is_decided::integer as deferred_of
        from area_items
    ) as i
    group by municipality_code
),

-- the series that say what was to be expected, the finest first
series as (
    select
        v.level,
        -- one key to join by: the planner takes several for rarer than they are
        concat_ws(' ', v.municipality_code, v.block_code, v.topic_code) as series_key,
        array_position(array['topic', 'block', 'municipality'], v.level) as level_no,
        sum(v.expected_count) as expected_count
    from volumes as v
    inner join periods as p on v.municipality_code = p.municipality_code
    where
        v.date_on between p.first_on and p.last_on
        and v.level != 'channel'
    group by v.level, v.municipality_code, v.block_code, v.topic_code
    having count(*) = {{ rules.days }}
),

-- the share of the area in its series: of the half year before the period, and of the same weeks of the last year
past as (
    select
        w.past_no,
        concat_ws(
            ' ', d.municipality_code, coalesce(d.block_code, 'all'), coalesce(d.topic_code, 'all')
        ) as series_key,
        d.place,
        sum(d.items_count) as items_count
    from daily_volumes as d
    inner join periods as p on d.municipality_code = p.municipality_code
    inner join (
        values (1, 182, 1), (2, {{ 364 + 14 }}, {{ 364 - rules.days - 14 + 1 }})
    ) as w (past_no, from_days, to_days)
        on d.date_on between p.first_on - w.from_days and p.first_on - w.to_days
    group by
        grouping sets (
            (w.past_no, d.municipality_code, d.block_code, d.topic_code, d.place),
            (w.past_no, d.municipality_code, d.block_code, d.topic_code),
            (w.past_no, d.municipality_code, d.block_code),
            (w.past_no, d.municipality_code)
        )
),

-- each sphere beside its series, finest first
wanted as (
    select
        c.area_key,
        c.municipality_code,
        c.block_code,
        c.topic_code,
        c.place,
        k.series_key
    from counts as c
    cross join lateral (
        values
        (concat_ws(' ', c.municipality_code, c.block_code, c.topic_code)),
        (concat_ws(' ', c.municipality_code, c.block_code, 'all')),
        (concat_ws(' ', c.municipality_code, 'all', 'all'))
    ) as k (series_key)
    where c.area_kind = 'sphere'
),

-- the larger share: a season is no growth
expected as (
    select distinct on (c.area_key)
        c.area_key,
        s.level as expected_level,
        s.expected_count * max(coalesce(own.items_count, 0)::numeric / whole.items_count) as expected_count
    from wanted as c
    inner join series as s on c.series_key = s.series_key
    inner join past as whole on s.series_key = whole.series_key and whole.place is null
    left join past as own
        on
            whole.past_no = own.past_no
            and concat_ws(' ', c.municipality_code, c.block_code, c.topic_code) = own.series_key
            and c.place = own.place
    group by c.area_key, s.level, s.level_no, s.expected_count
    order by c.area_key, s.level_no
),

measured as (
    select
        c.*,
        e.expected_level,
        e.expected_count,
        floor((sqrt(e.expected_count + 0.375) + {{ rules.z }} / 2.0) ^ 2 - 0.375)::integer as growth_leave,
        u.people_count as all_people_count,
        {{ wilson_low('c.people_count', 'u.people_count', rules.z) }} as people_low,
        {% for share in shares -%}
        u.{{ share }}_share as usual_{{ share }}_share,
        {{ wilson_low('c.' ~ share ~ '_count', 'c.' ~ share ~ '_of', rules.z) }}
            as {{ share }}_low{{ ',' if not loop.last }}
        {% endfor %}
    from counts as c
    inner join usual as u on c.municipality_code = u.municipality_code
    left join expected as e on c.area_key = e.area_key
),

reasoned as (
    select
        *,
        people_low > {{ rules.people_share }} as is_by_people,
        coalesce(items_count > growth_leave, false) as is_by_growth,
        {% for share in shares -%}
        {{ share }}_count >= 3 and {{ share }}_low > coalesce(usual_{{ share }}_share, 0) as is_by_{{ share }},
        {% endfor -%}
        greatest(coalesce(items_count - growth_leave, 0), 0)::numeric / nullif(items_count, 0) as growth_share
    from measured
    where people_count >= {{ rules.min_people }}
),

scored as (
    select
        *,
        1 + coalesce(growth_share, 0)::double precision
        {% for share in shares %}+ {{ share }}_low {% endfor %}as weight
    from reasoned
    where is_by_people or is_by_growth{% for share in shares %} or is_by_{{ share }}{% endfor %}
),

bounded as (
    select
        *,
        people_count * weight as score,
        greatest(sqrt(people_count + 0.375) - 0.8225, 0) ^ 2 * weight as score_low,
        (sqrt(people_count + 0.375) + 0.8225) ^ 2 * weight as score_high
    from scored
)

select
    b.area_key,
    b.area_kind,
    b.municipality_code,
    b.block_code,
    b.topic_code,
    b.place,
    p.first_on,
    p.last_on,
    rank() over (
        partition by b.municipality_code, b.area_kind order by round(b.score::numeric, 3) desc
    )::integer as rank_no,
    -- places that chance alone may give
    (
        select 1 + count(*) from bounded as o
        where o.municipality_code = b.municipality_code and o.area_kind = b.area_kind and o.score_low > b.score_high
    )::integer as rank_best,
    (
        select count(*) from bounded as o
        where o.municipality_code = b.municipality_code and o.area_kind = b.area_kind and o.score_high >= b.score_low
    )::integer as rank_worst,
    round(b.score::numeric, 1) as score,
    b.people_count,
    b.items_count,
    b.expected_level,
    round(b.expected_count::numeric, 2) as expected_count,
    b.growth_leave,
    {% for share in shares -%}
    b.{{ share }}_count,
    b.{{ share }}_of,
    round(b.{{ share }}_count::numeric / nullif(b.{{ share }}_of, 0), 4) as {{ share }}_share,
    round(b.usual_{{ share }}_share, 4) as usual_{{ share }}_share,
    -- the largest count that is not above the usual share for sure
    (
        select max(k.n)
        from generate_series(0, b.{{ share }}_of) as k (n)
        where
            k.n < 3
            or {{ wilson_low('k.n', 'b.' ~ share ~ '_of', rules.z) }} <= coalesce(b.usual_{{ share }}_share, 0)
    ) as {{ share }}_leave,
    b.is_by_{{ share }},
    {% endfor -%}
    b.is_by_people,
    b.is_by_growth,
    b.all_people_count::integer as all_people_count
from bounded as b
inner join periods as p on b.municipality_code = p.municipality_code
