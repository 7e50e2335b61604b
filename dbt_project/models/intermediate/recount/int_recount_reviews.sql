-- Grain: one local day whose figures change because people judged an answer, or judged it anew: the day of the
-- judgement and that of the answer; and the days of the judgements of changed items. Empty in a full run. Reads the
-- judgements as the last run left them.
{{ config(tags=['each_run']) }}

{%- set before = earlier('marts', 'fct_reply_reviews') %}

with reviews as (
    select
        feedback_key,
        reviewed_on,
        expert_mark,
        verdict,
        is_latest
    from {{ ref('int_reply_reviews') }}
),

feedback as (
    select * from {{ ref('int_feedback') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

reviews_before as (
    {% if before and not is_full() -%}
    select
        feedback_key,
        reviewed_on,
        expert_mark,
        verdict,
        is_latest
    from {{ before }}
    {%- else -%}
    select * from reviews
    {%- endif %}
),

changed as (
    (
        select * from reviews
        except
        select * from reviews_before
    )
    union all
    (
        select * from reviews_before
        except
        select * from reviews
    )
)

select reviewed_on as date_on
from changed
union
select {{ local_date('coalesce(m.first_final_reply_at, m.closed_at)', 'f.time_zone') }}
from changed as c
inner join feedback as f on c.feedback_key = f.feedback_key
inner join milestones as m on c.feedback_key = m.feedback_key
where coalesce(m.first_final_reply_at, m.closed_at) is not null
union
select r.reviewed_on
from reviews as r
inner join {{ ref('int_touched') }} as a on r.feedback_key = a.feedback_key
where r.reviewed_on is not null
