-- Grain: one item whose row of facts this run writes anew: the altered ones, and those whose matter may have changed.
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}

select feedback_key from {{ ref('int_altered') }}
union
select feedback_key from {{ ref('int_matter_scope') }}
