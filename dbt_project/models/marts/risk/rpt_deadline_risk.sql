-- Grain: item × stage that runs at `as_of` and falls due soon: within `risk.within` working days, or working hours
-- where the deadline is counted in hours. `expected_miss_share`: of the past deadlines of the same stage that were
-- still open with as much working time left, the share that was missed. Peers are those of the recipient and the topic;
-- where these are fewer than `risk.min_peers`, of the recipient, then of the block, then of the stage.
--
-- Peers are counted, not joined: a past deadline enters the open ones at the time left when it ended (a missed one at
-- nothing left) and leaves them above its whole length. So running sums over one sort give the counts for every
-- deadline.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}
{%- set risk = var('risk') %}

with deadline_status as (
    select * from {{ ref('rpt_deadline_status') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

rules as (
    select * from {{ ref('int_deadline_rules') }}
),

deadline_ends as (
    select * from {{ ref('int_deadline_ends') }}
),

explanations as (
    select * from {{ ref('rpt_deadline_explanations') }}
),

running as (
    select
        s.*,
        f.topic_code,
        m.time_zone,
        coalesce(s.schedule_code, 'office') as axis,
        coalesce(r.unit, 'calendar_days') in ('hours', 'working_hours') as is_in_hours
    from deadline_status as s
    inner join feedback as f on s.feedback_key = f.feedback_key
    inner join municipalities as m on s.municipality_code = m.municipality_code
    left join rules as r on s.rule_code = r.rule_code
    where
        s.status = 'running'
        and s.started_at <= {{ as_of() }}
        -- so many working days are never further apart: an index finds these few
        and s.due_at between {{ as_of() }} and {{ as_of() }} + interval '31 days'
),

soon as (
    select
        k.*,
        w.value as left_work
    from running as k
    cross join lateral {{ worked_seconds('k.axis', as_of(), 'k.due_at') }} as w
    cross join lateral {{ nth_working_day('k.axis', local_date(as_of(), 'k.time_zone'), risk['within']) }} as d
    where
        case
            when k.is_in_hours then w.value <= {{ risk['within'] }} * 3600
            else {{ local_date('k.due_at', 'k.time_zone') }} <= d.value
        end
),

reach as (
    select
        stage,
        max(left_work) as left_seconds
    from soon
    group by stage
),

past as (
    select
        p.*,
        r.left_seconds as reach_seconds
    from deadline_ends as p
    inner join reach as r on p.stage = r.stage
    where
        p.due_at >= {{ as_of() }} - interval '{{ risk["history_days"] }} days'
        and p.due_at < {{ as_of() }}
        and (p.left_seconds is null or p.left_seconds <= r.left_seconds)
),

-- at one place of the axis first come those that enter, then the question, then those that leave
steps as (
    select
        p.stage,
        l.level_no,
        l.level,
        l.scope,
        s.place,
        s.turn,
        s.opened,
        case when p.left_seconds is null then s.opened else 0 end as missed,
        null::uuid as feedback_key
    from past as p
    cross join lateral {{ risk_levels('p') }}
    cross join lateral (
        values
        (coalesce(p.left_seconds, -1), 1, 1),
        (p.whole_seconds, 3, -1)
    ) as s (place, turn, opened)
    where s.place < p.reach_seconds or s.turn = 1

    union all

    select
        t.stage,
        l.level_no,
        l.level,
        l.scope,
        t.left_work as place,
        2 as turn,
        0 as opened,
        0 as missed,
        t.feedback_key
    from soon as t
    cross join lateral {{ risk_levels('t') }}
),

counted as (
    select
        *,
        (sum(opened) over so_far)::integer as peers_count,
        (sum(missed) over so_far)::integer as missed_count
    from steps
    window so_far as (
        partition by stage, level_no, scope
        order by place, turn
    )
),

-- the nearest level with enough peers, else the stage as a whole
chosen as (
    select distinct on (feedback_key, stage)
        feedback_key,
        stage,
        level,
        peers_count,
        missed_count::numeric / nullif(peers_count, 0) as miss_share
    from counted
    where
        feedback_key is not null
        and (peers_count >= {{ risk['min_peers'] }} or level = 'stage')
    order by feedback_key, stage, level_no
)

select
    t.feedback_key,
    t.stage,
    t.municipality_code,
    t.block_code,
    t.recipient_code,
    t.topic_code,
    t.due_at,
    t.left_work as left_working_seconds,
    c.peers_count,
    c.level as peers_level,
    round(c.miss_share, 4) as expected_miss_share,
    case
        when c.miss_share >= {{ risk['high_from'] }} then 'high'
        when c.miss_share >= {{ risk['medium_from'] }} then 'medium'
        when c.miss_share is not null then 'low'
        else 'unknown'
    end as risk,
    -- for these few once a run: a page that sorts them would ask for all
    (
        select e.paragraph
        from explanations as e
        where e.feedback_key = t.feedback_key and e.stage = t.stage
    ) as explanation
from soon as t
inner join chosen as c on t.feedback_key = c.feedback_key and t.stage = c.stage
