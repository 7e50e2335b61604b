-- Grain: one answer that people are asked to look at in its week. A draw by chance from the answers with evidence:
-- a recipient's chance grows with its answers, so that a small one is not hunted for one bad answer. Where evidence of
-- words or minutes is found, a few that only came back are added. The draw comes from a seed and stays the same.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_periods', 'key': 'period_key'},
    on_schema_change='fail', tags=['each_run']
) }}

{%- set audit = var('audit') %}

with evidence as (
    select * from {{ ref('int_reply_evidence') }}
),

numbered as (
    select
        *,
        (
            row_number() over (
                partition by municipality_code, week_start, recipient_code, is_strong
                order by md5('{{ audit.seed }} ' || feedback_key::text)
            )
            - {{ uniform("md5('" ~ audit.seed ~ " ' || recipient_code || ' ' || week_start::text)") }}
        ) / answers_count as draw_order
    from evidence
    where {{ in_recounted_periods('period_key') }}
),

placed as (
    select
        *,
        row_number() over (
            partition by municipality_code, week_start, is_strong
            order by draw_order, feedback_key
        ) as place,
        count(*) filter (where is_strong) over (partition by municipality_code, week_start) as strong_count
    from numbered
)

select
    period_key,
    week_start,
    feedback_key,
    municipality_code,
    recipient_code,
    answered_on,
    says_nothing,
    identical_count,
    minutes_count,
    is_returned,
    interim_count,
    is_strong,
    answers_count::integer as answers_count,
    place::integer as place
from placed
where
    place <= case
        when is_strong then {{ audit.per_week }}
        else round({{ audit.weak_share }} * least(strong_count, {{ audit.per_week }}))
    end
