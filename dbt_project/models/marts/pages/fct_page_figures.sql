-- Grain: official page × local day: what it published that day, and how many read it where that was counted that day.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run'],
    indexes=[{'columns': ['municipality_code', 'figure_on']}]
) }}

select
    source_slug,
    page_ref,
    municipality_code,
    figure_on,
    members_count,
    posts_count,
    views_count,
    likes_count,
    comments_count,
    reposts_count,
    load_id
from {{ ref('int_page_figures') }}
