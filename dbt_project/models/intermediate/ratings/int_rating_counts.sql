-- Grain: part of a month (one of its weeks) × recipient × block × theme × channel × what is measured. What a rating is
-- made of: how many were judged, and how much of it was good. Every period of a rating is a sum of such parts.
-- A figure is anchored on one day of its item, so that a past month does not change as time passes.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_months', 'key': 'period_month'},
    tags=['each_run'],
    indexes=[{'columns': ['period_month']}]
) }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

deadlines as (
    select * from {{ ref('int_answer_deadlines') }}
),

repeats as (
    select * from {{ ref('int_repeats') }}
),

questions as (
    select * from {{ ref('int_questions') }}
),

reviews as (
    select * from {{ ref('int_reply_reviews') }}
    where is_latest
),

topics as (
    select * from {{ ref('topics') }}
),

-- not materialized: each branch takes what it needs of the items that it looks at
items as not materialized (
    select
        i.feedback_key,
        i.municipality_code,
        i.recipient_code,
        i.block_code,
        i.channel_code,
        i.time_zone,
        i.received_at,
        i.status_code,
        i.mark,
        coalesce(t.theme_code, 'unknown') as theme_code
    from feedback as i
    left join topics as t on i.topic_code = t.topic_code
    where
        i.recipient_code not in ('unknown', 'none')
        and i.municipality_code != 'unknown'
        and {{ from_citizen('i') }}
),

due as (
    select
        i.municipality_code,
        i.recipient_code,
        i.block_code,
        i.theme_code,
        i.channel_code,
        d.due_on as measured_on,
        m.component_code,
        1 as items_count,
        m.good
    from deadlines as d
    inner join items as i on d.feedback_key = i.feedback_key
    cross join lateral (
        values
        ('on_time', d.is_met::integer::numeric, true),
        (
            'processed',
            coalesce(
                d.done_at < least(
                    (date_trunc('month', d.due_on) + interval '1 month')::timestamp at time zone i.time_zone,
                    {{ as_of() }}
                ), false
            )::integer::numeric,
            d.is_main
        ),
        (
            'speed',
            case
                when d.is_met and d.due_at > d.started_at
                    then round(
                        least(
                            1,
                            extract(epoch from d.due_at - d.done_at) / extract(epoch from d.due_at - d.started_at)
                        ), 6
                    )
                else 0
            end,
            d.is_main
        )
    ) as m (component_code, good, is_counted)
    where
        m.is_counted
        and d.due_at < {{ as_of() }}
        and (d.is_met or d.is_missed)
        and {{ in_recounted_months('d.due_on') }}
),

asked as (
    select
        feedback_key,
        (count(*) filter (where result_code is distinct from 'Transferred'))::integer as asked_count,
        (
            count(*) filter (where result_code is not null and result_code not in ('Transferred', 'LeftWithoutAnswer'))
        )::integer as answered_count
    from questions
    group by feedback_key
),

returned as (
    select distinct repeat_of_key as feedback_key
    from repeats
    where repeat_of_key is not null
),

hollow as (
    select distinct feedback_key
    from reviews
    where is_hollow
),

-- one row an item whose answering has ended or begun: an answer that came back is judged on the day it was given
ended as (
    select
        i.municipality_code,
        i.recipient_code,
        i.block_code,
        i.theme_code,
        i.channel_code,
        {{ local_date('coalesce(m.first_final_reply_at, m.closed_at)', 'i.time_zone') }} as measured_on,
        'completeness' as component_code,
        greatest(coalesce(a.asked_count, 1), 1) as items_count,
        case
            when
                m.final_reply_at is null
                or i.status_code = 'left_without_answer'
                or m.reopened_at is not null
                or r.feedback_key is not null
                or h.feedback_key is not null
                then 0
            else coalesce(a.answered_count, 1)
        end::numeric as good
    from items as i
    inner join milestones as m on i.feedback_key = m.feedback_key
    left join asked as a on i.feedback_key = a.feedback_key and a.asked_count > 0
    left join returned as r on i.feedback_key = r.feedback_key
    left join hollow as h on i.feedback_key = h.feedback_key
    where
        coalesce(m.first_final_reply_at, m.closed_at) <= {{ as_of() }}
        and i.status_code not in ('forwarded', 'deleted_by_author', 'withdrawn')
        and {{ in_recounted_months(local_date('coalesce(m.first_final_reply_at, m.closed_at)', 'i.time_zone')) }}
),

marked as (
    select
        i.municipality_code,
        i.recipient_code,
        i.block_code,
        i.theme_code,
        i.channel_code,
        {{ local_date('m.marked_at', 'i.time_zone') }} as measured_on,
        'satisfaction' as component_code,
        1 as items_count,
        (i.mark >= 4)::integer::numeric as good
    from items as i
    inner join milestones as m on i.feedback_key = m.feedback_key
    where
        i.mark is not null
        and m.marked_at <= {{ as_of() }}
        and {{ in_recounted_months(local_date('m.marked_at', 'i.time_zone')) }}
),

judged as (
    select
        i.municipality_code,
        i.recipient_code,
        i.block_code,
        i.theme_code,
        i.channel_code,
        r.reviewed_on as measured_on,
        'quality' as component_code,
        1 as items_count,
        (r.expert_mark - 1) / 4.0 as good
    from reviews as r
    inner join items as i on r.feedback_key = i.feedback_key
    where
        r.expert_mark is not null
        and r.reviewed_on <= {{ as_of() }}::date
        and {{ in_recounted_months('r.reviewed_on') }}
),

measured as (
    select * from due
    union all
    select * from ended
    union all
    select * from marked
    union all
    select * from judged
)

select
    date_trunc('month', measured_on::timestamp)::date as period_month,
    greatest(date_trunc('week', measured_on::timestamp), date_trunc('month', measured_on::timestamp))::date as part_on,
    municipality_code,
    recipient_code,
    block_code,
    theme_code,
    channel_code,
    component_code,
    sum(items_count)::integer as items_count,
    sum(good) as good
from measured
group by 1, 2, 3, 4, 5, 6, 7, 8
