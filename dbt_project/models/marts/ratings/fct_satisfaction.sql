-- Grain: month of the answer × municipality × block × recipient × channel × topic. Of those who got an answer: who gave
-- a mark, which one, and whose mark turned after the matter was taken up again.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_months', 'key': 'period_month'},
    on_schema_change='fail', tags=['each_run']
) }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

-- the first mark that an author gave, where the source showed it before it changed
first_marks as (
    select distinct on (feedback_key)
        feedback_key,
        mark as first_mark
    from {{ ref('int_versions') }}
    where mark is not null
    order by feedback_key, version_no
),

answered as (
    select
        i.*,
        {{ local_date('m.first_final_reply_at', 'i.time_zone') }} as answered_on,
        m.reopened_at is not null as is_reopened
    from feedback as i
    inner join milestones as m on i.feedback_key = m.feedback_key
    where
        m.first_final_reply_at <= {{ as_of() }}
        and {{ from_citizen('i') }}
        and {{ in_recounted_months(local_date('m.first_final_reply_at', 'i.time_zone')) }}
)

select
    date_trunc('month', a.answered_on)::date as period_month,
    a.municipality_code,
    a.block_code,
    a.recipient_code,
    a.channel_code,
    a.topic_code,
    count(*)::integer as answers_count,
    count(a.mark)::integer as marks_count,
    (count(*) filter (where a.mark >= 4))::integer as good_count,
    (count(*) filter (where a.mark <= 2))::integer as bad_count,
    (count(*) filter (where a.is_reopened and f.first_mark <= 3 and a.mark >= 4))::integer as turned_good_count,
    (count(*) filter (where a.is_reopened and f.first_mark >= 4 and a.mark <= 3))::integer as turned_bad_count
from answered as a
left join first_marks as f on a.feedback_key = f.feedback_key
group by 1, 2, 3, 4, 5, 6
