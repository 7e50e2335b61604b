-- Grain: one filled value of a record that could not be read. Read by the mart gate and by `mcu maps missing`.
{{ config(materialized='view', post_hook=[]) }}

{% for slug in slugs_with('unread') -%}
select
    source_slug,
    record_ref,
    field,
    value
from {{ ref('stg_' ~ slug ~ '__unread') }}
union all
{% endfor -%}
select
    null as source_slug,
    null as record_ref,
    null as field,
    null as value
where false
