-- Grain: one item of a citizen and the first item about the same trouble, its own key if nobody else wrote about it.
-- Links are followed by `mcu.texts.groups`.
{{ config(
    materialized='step', tags=['each_run'],
    meta={
        'step': 'texts.groups', 'replace': 'int_problem_scope', 'key': 'feedback_key',
        'columns': {'feedback_key': 'uuid', 'problem_key': 'uuid'}
    },
    indexes=[{'columns': ['feedback_key'], 'unique': true}, {'columns': ['problem_key']}]
) }}

{{ group_members(ref('int_problem_links'), ref('int_problem_scope')) }}
