-- Grain: one item and the matter that it belongs to: the first item of all that are copies or continuations of each
-- other, in whatever system they stand. A mere reference joins nothing. Links are followed by `mcu.texts.groups`.
{{ config(
    materialized='step', tags=['each_run'],
    meta={
        'step': 'texts.groups', 'replace': 'int_matter_scope', 'key': 'feedback_key',
        'columns': {'feedback_key': 'uuid', 'matter_key': 'uuid'}
    },
    indexes=[{'columns': ['feedback_key'], 'unique': true}, {'columns': ['matter_key']}]
) }}

{{ group_members(ref('int_matter_links'), ref('int_matter_scope'), ['copy', 'continuation']) }}
