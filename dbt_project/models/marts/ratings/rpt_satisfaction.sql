-- Grain: month × municipality × slice (all, block, recipient, channel, topic) × value of the slice. A share is shown
-- with how many of the answered gave a mark, and with its 90 % interval: few marks tell little.
{{ config(materialized='view', post_hook=[]) }}

with satisfaction as (
    select * from {{ ref('fct_satisfaction') }}
),

sliced as (
    select
        period_month,
        municipality_code,
        block_code,
        recipient_code,
        channel_code,
        topic_code,
        case
            when grouping(block_code) = 0 then 'block'
            when grouping(recipient_code) = 0 then 'recipient'
            when grouping(channel_code) = 0 then 'channel'
            when grouping(topic_code) = 0 then 'topic'
            else 'all'
        end as slice,
        sum(answers_count)::integer as answers_count,
        sum(marks_count)::integer as marks_count,
        sum(good_count)::integer as good_count,
        sum(bad_count)::integer as bad_count,
        sum(turned_good_count)::integer as turned_good_count,
        sum(turned_bad_count)::integer as turned_bad_count
    from satisfaction
    group by
        grouping sets (
            (period_month, municipality_code),
            (period_month, municipality_code, block_code),
            (period_month, municipality_code, recipient_code),
            (period_month, municipality_code, channel_code),
            (period_month, municipality_code, topic_code)
        )
)

select
    period_month,
    municipality_code,
    slice,
    coalesce(block_code, recipient_code, channel_code, topic_code, 'all') as value_code,
    answers_count,
    marks_count,
    good_count,
    bad_count,
    turned_good_count,
    turned_bad_count,
    round(marks_count::numeric / answers_count, 6) as response_share,
    round(good_count::numeric / nullif(marks_count, 0), 6) as satisfaction_share,
    case when marks_count > 0 then {{ wilson('good_count', 'marks_count', '-') }} end as satisfaction_low,
    case when marks_count > 0 then {{ wilson('good_count', 'marks_count', '+') }} end as satisfaction_high
from sliced
