-- Grain: one stay (int_stays) of an item that this run touches, as the last run left it. Empty in a full run.
{{ config(tags=['each_run']) }}

{%- set stays = earlier('intermediate', 'int_stays') %}

{% if stays and not is_full() -%}
    select
        s.feedback_key,
        s.municipality_code,
        s.block_code,
        s.recipient_code,
        s.state_code,
        s.entered_on,
        s.left_on
    from {{ stays }} as s
    inner join {{ ref('int_touched') }} as t on s.feedback_key = t.feedback_key
{%- else -%}
    select
        feedback_key,
        null as municipality_code,
        null as block_code,
        null as recipient_code,
        null as state_code,
        null::date as entered_on,
        null::date as left_on
    from {{ ref('int_touched') }}
    where false
{%- endif %}
