-- Grain: one answer of the weekly sample, with its evidence in words and what people found.
{{ config(materialized='view', post_hook=[]) }}

with sample as (
    select * from {{ ref('fct_reply_audit_sample') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

reviews as (
    select * from {{ ref('fct_reply_reviews') }}
    where is_latest
)

select
    a.week_start,
    a.feedback_key,
    f.source_slug,
    f.record_ref,
    f.channel_code,
    f.topic_code,
    a.municipality_code,
    a.recipient_code,
    a.answered_on,
    a.answers_count,
    a.place,
    a.is_strong,
    concat_ws(
        '; ',
        case when a.says_nothing then 'ответ не называет ни предмета, ни места, ни дня' end,
        'тот же ответ за месяц дан ' || a.identical_count || ' раз по разным темам',
        case when a.minutes_count = 0 then 'ответ меньше чем через минуту после поручения' end,
        'ответ через ' || nullif(a.minutes_count, 0) || ' мин. после поручения',
        case when a.is_returned then 'вопрос вернулся после ответа' end,
        'промежуточных ответов подряд: ' || a.interim_count
    ) as evidence,
    v.verdict,
    v.expert_mark,
    v.reviewed_on
from sample as a
inner join feedback as f on a.feedback_key = f.feedback_key
left join reviews as v on a.feedback_key = v.feedback_key
