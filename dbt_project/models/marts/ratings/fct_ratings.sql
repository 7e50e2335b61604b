-- Grain: month × municipality × recipient × scheme. Every share has its own denominator: in time — deadlines of the
-- month; marks — marks given in it; completeness — items closed in it. The median age includes the open ones, counted
-- to the end of the month (or `as_of`), so that a past month does not change as time passes. A recipient with fewer
-- than `min_items` deadlines is shown and not ranked; equal scores share a rank.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_months', 'key': 'period_month'},
    on_schema_change='fail', tags=['each_run']
) }}

with feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

main_deadlines as (
    select * from {{ ref('int_main_deadlines') }}
),

events as (
    select * from {{ ref('fct_feedback_events') }}
),

rating_schemes as (
    select * from {{ ref('rating_schemes') }}
),

items as (
    select
        f.*,
        m.time_zone
    from feedback as f
    inner join municipalities as m on f.municipality_code = m.municipality_code
    where f.recipient_code not in ('unknown', 'none')
),

due as (
    select
        date_trunc('month', d.due_on)::date as period_month,
        i.municipality_code,
        i.recipient_code,
        d.is_met,
        i.received_at,
        d.done_at,
        least(
            ((date_trunc('month', d.due_on) + interval '1 month')::timestamp at time zone i.time_zone), {{ as_of() }}
        ) as period_end
    from main_deadlines as d
    inner join items as i on d.feedback_key = i.feedback_key
    where
        d.due_at < {{ as_of() }}
        and (d.is_met or d.is_missed)
        and {{ in_recounted_months('d.due_on') }}
),

due_stats as (
    select
        period_month,
        municipality_code,
        recipient_code,
        count(*)::integer as items_count,
        (count(*) filter (where is_met))::integer as on_time_count,
        percentile_cont(0.5) within group (
            order by
                greatest(
                    extract(epoch from case when done_at < period_end then done_at else period_end end - received_at), 0
                ) / 86400
        ) as median_days
    from due
    group by period_month, municipality_code, recipient_code
),

closed_stats as (
    select
        date_trunc('month', {{ local_date('i.closed_at', 'i.time_zone') }})::date as period_month,
        i.municipality_code,
        i.recipient_code,
        count(*)::integer as closed_count,
        -- answered on the substance: an answer stands and was never withdrawn or sent back by the author
        (
            count(*) filter (
                where
                    i.final_reply_at is not null
                    and i.status_code not in ('left_without_answer', 'forwarded')
                    and r.feedback_key is null
            )
        )::integer as complete_count,
        (count(*) filter (where i.status_code != 'forwarded'))::integer as own_count
    from items as i
    left join (
        select distinct feedback_key
        from events
        where event_code in ('reopened', 'rejected_by_author')
    ) as r on i.feedback_key = r.feedback_key
    where
        i.closed_at <= {{ as_of() }}
        and {{ in_recounted_months(local_date('i.closed_at', 'i.time_zone')) }}
    group by 1, 2, 3
),

mark_stats as (
    select
        date_trunc('month', {{ local_date('marked_at', 'time_zone') }})::date as period_month,
        municipality_code,
        recipient_code,
        count(*)::integer as marks_count,
        (count(*) filter (where mark >= 4))::integer as good_count
    from items
    where
        mark is not null
        and marked_at <= {{ as_of() }}
        and {{ in_recounted_months(local_date('marked_at', 'time_zone')) }}
    group by 1, 2, 3
),

joined as (
    select
        period_month,
        municipality_code,
        recipient_code,
        coalesce(d.items_count, 0) as items_count,
        coalesce(c.closed_count, 0) as closed_count,
        coalesce(k.marks_count, 0) as marks_count,
        d.on_time_count::numeric / d.items_count as on_time_share,
        k.good_count::numeric / k.marks_count as satisfaction_share,
        c.complete_count::numeric / nullif(c.own_count, 0) as completeness_share,
        d.median_days::numeric as median_days
    from due_stats as d
    full join closed_stats as c using (period_month, municipality_code, recipient_code)
    full join mark_stats as k using (period_month, municipality_code, recipient_code)
),

scored as (
    select
        j.*,
        s.scheme_code,
        j.items_count >= s.min_items as is_rated,
        -- a component without data leaves its weight to the others
        round(100 * (
            coalesce(s.on_time_weight * j.on_time_share, 0)
            + coalesce(case when j.marks_count >= s.min_marks then s.satisfaction_weight * j.satisfaction_share end, 0)
            + coalesce(s.completeness_weight * j.completeness_share, 0)
            + coalesce(
                s.speed_weight
                * greatest(
                    0, least(1, (s.speed_worst_days - j.median_days) / (s.speed_worst_days - s.speed_best_days))
                ), 0
            )
        ) / nullif(
            case when j.on_time_share is not null then s.on_time_weight + s.speed_weight else 0 end
            + case when j.marks_count >= s.min_marks then s.satisfaction_weight else 0 end
            + case when j.completeness_share is not null then s.completeness_weight else 0 end, 0
        ), 2) as score
    from joined as j
    inner join rating_schemes as s on {{ in_force('s', 'j.period_month') }}
),

ranked as (
    select
        period_month,
        municipality_code,
        recipient_code,
        scheme_code,
        rank() over peers as rank,
        count(*) over (partition by period_month, municipality_code, scheme_code) as peers_count
    from scored
    where
        is_rated
        and score is not null
    window peers as (partition by period_month, municipality_code, scheme_code order by score desc)
)

select
    s.period_month,
    s.municipality_code,
    s.recipient_code,
    s.scheme_code,
    s.items_count,
    s.closed_count,
    round(s.on_time_share, 6) as on_time_share,
    round(s.satisfaction_share, 6) as satisfaction_share,
    s.marks_count,
    round(s.completeness_share, 6) as completeness_share,
    round(s.median_days, 2) as median_days,
    case when r.rank is not null then s.score end as score,
    r.rank::integer as rank,
    r.peers_count::integer as peers_count,
    r.rank is not null as is_rated
from scored as s
left join ranked as r
    on
        s.period_month = r.period_month
        and s.municipality_code = r.municipality_code
        and s.recipient_code = r.recipient_code
        and s.scheme_code = r.scheme_code
