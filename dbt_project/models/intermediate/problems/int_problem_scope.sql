-- Grain: one item whose problem may change in this run, with the problem that it had before. Empty in a full run.
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}

{{ group_scope('int_problem_members', 'problem_key', ref('int_problem_link_scope'), ref('int_problem_links')) }}
