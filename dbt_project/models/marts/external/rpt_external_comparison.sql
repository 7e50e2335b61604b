-- Grain: one figure of the regional centre that means one of our indicators, beside our own value of that month.
{{ config(materialized='view', post_hook=[], tags=['on_definition']) }}

with external_figures as (
    select * from {{ ref('fct_external_figures') }}
),

indicator_values as (
    select * from {{ ref('fct_indicator_values') }}
)

select
    f.source_slug,
    f.record_ref,
    f.indicator_code,
    f.municipality_code,
    f.period_month,
    f.title as external_title,
    f.comparable_value as external_value,
    v.value as our_value,
    v.numerator as our_numerator,
    v.denominator as our_denominator,
    f.comparable_value - v.value as difference
from external_figures as f
left join indicator_values as v
    on
        f.indicator_code = v.indicator_code
        and f.municipality_code = v.municipality_code
        and f.period_month = v.period_month
where f.indicator_code is not null
