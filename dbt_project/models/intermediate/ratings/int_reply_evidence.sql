-- Grain: one answer with a reason to look at it. Evidence, no verdict: it says nothing of the matter; the same words
-- were given on several days of the month to questions of several topics; it came minutes after the order; the matter
-- came back; replies in between followed each other.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_periods', 'key': 'period_key'},
    tags=['each_run']
) }}

{%- set audit = var('audit') %}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

replies as (
    select * from {{ ref('int_replies') }}
),

repeats as (
    select * from {{ ref('int_repeats') }}
),

events as not materialized (
    select * from {{ ref('int_events') }}
),

-- equal answers are counted in whole months: those of the weeks that are counted anew
months as (
    select
        period_start,
        date_trunc('month', period_start)::date as first_month,
        date_trunc('month', period_start + 6)::date as last_month
    from {{ ref('int_recount_periods') }}
    where period = 'week'
),

dated as (
    select
        i.feedback_key,
        i.municipality_code,
        i.recipient_code,
        i.topic_code,
        i.status_code,
        coalesce(m.first_final_reply_at, m.closed_at) as answered_at,
        {{ local_date('coalesce(m.first_final_reply_at, m.closed_at)', 'i.time_zone') }} as answered_on,
        m.reopened_at
    from feedback as i
    inner join milestones as m on i.feedback_key = m.feedback_key
    where
        coalesce(m.first_final_reply_at, m.closed_at) <= {{ as_of() }}
        and i.status_code not in ('forwarded', 'deleted_by_author', 'withdrawn')
        and i.recipient_code not in ('unknown', 'none')
        and i.municipality_code != 'unknown'
        and {{ from_citizen('i') }}
),

answered as (
    select
        d.*,
        date_trunc('week', d.answered_on)::date as week_start,
        date_trunc('month', d.answered_on)::date as period_month,
        r.reply_digest,
        r.names_the_matter
    from dated as d
    left join replies as r on d.feedback_key = r.feedback_key
    where
        {{ is_full() }}
        or date_trunc('month', d.answered_on)::date in (
            select first_month from months
            union all
            select last_month from months
        )
),

equals as (
    select
        recipient_code,
        period_month,
        reply_digest,
        count(*)::integer as identical_count
    from answered
    where reply_digest is not null
    group by recipient_code, period_month, reply_digest
    having
        count(*) >= {{ audit.identical }}
        and count(distinct topic_code) > 1
        and count(distinct answered_on) > 1
),

returned as (
    select distinct repeat_of_key as feedback_key
    from repeats
    where repeat_of_key is not null
),

moments as (
    select
        a.feedback_key,
        -- whole minutes since the order; an order and an answer at one instant are dates without a time
        min(floor(extract(epoch from a.answered_at - e.occurred_at) / 60)) filter (
            where e.event_code in ('received', 'registered', 'assigned', 'forwarded')
        )::integer as minutes_count,
        (count(*) filter (where e.event_code = 'interim_reply'))::integer as interim_count
    from answered as a
    inner join events as e on a.feedback_key = e.feedback_key
    where
        e.occurred_at < a.answered_at
        and (
            e.event_code = 'interim_reply'
            or e.occurred_at > a.answered_at - interval '{{ audit.minutes }} minutes'
        )
    group by a.feedback_key
),

found as (
    select
        a.feedback_key,
        a.municipality_code,
        a.recipient_code,
        a.week_start,
        a.answered_on,
        not coalesce(a.names_the_matter, true) as says_nothing,
        e.identical_count,
        m.minutes_count,
        a.reopened_at is not null or r.feedback_key is not null as is_returned,
        case when m.interim_count > 1 then m.interim_count end as interim_count,
        count(*) over (partition by a.municipality_code, a.recipient_code, a.week_start) as answers_count
    from answered as a
    left join equals as e
        on
            a.recipient_code = e.recipient_code
            and a.period_month = e.period_month
            and a.reply_digest = e.reply_digest
    left join returned as r on a.feedback_key = r.feedback_key
    left join moments as m on a.feedback_key = m.feedback_key
)

select
    {{ period_key("'week'", 'week_start') }} as period_key,
    *,
    says_nothing or identical_count is not null or minutes_count is not null as is_strong
from found
where
    (
        says_nothing
        or identical_count is not null
        or minutes_count is not null
        or is_returned
        or interim_count is not null
    )
    and {{ in_recounted_periods(period_key("'week'", 'week_start')) }}
