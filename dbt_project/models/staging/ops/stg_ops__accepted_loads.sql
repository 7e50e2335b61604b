-- Grain: one accepted load that this run may see. `is_new`: no finished run has seen it.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, tags=['each_run'],
    indexes=[{'columns': ['load_id'], 'unique': true}], post_hook='analyze {{ this }}'
) }}

select
    load_id,
    source_slug,
    accept_no,
    accepted_at,
    accept_no > {{ accepted_from() }} as is_new
from {{ source('ops', 'loads') }}
where
    status = 'accepted'
    and accept_no <= {{ accepted_upto() }}
