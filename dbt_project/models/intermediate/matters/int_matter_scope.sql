-- Grain: one item whose matter may change in this run: those whose links are judged anew, what they are linked with,
-- and all of the matters that these stood in. Empty in a full run.
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}

{{ group_scope('int_matters', 'matter_key', ref('int_link_scope'), ref('int_matter_links')) }}
