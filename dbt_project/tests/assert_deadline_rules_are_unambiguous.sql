-- Two rules of one stage that are in force together, could fit one item and are equally specific: the deadline would be
-- ambiguous.
{{ config(store_failures=true, schema='intermediate') }}

select
    a.rule_code || ' и ' || b.rule_code as rule_codes,
    a.stage,
    greatest(a.valid_from, b.valid_from) as both_from
from {{ ref('int_deadline_rules') }} as a
inner join {{ ref('int_deadline_rules') }} as b
    on
        a.stage = b.stage
        and a.rule_code < b.rule_code
        and a.family != b.family
        and a.specificity = b.specificity
        and a.valid_from < coalesce(b.valid_to, 'infinity')
        and b.valid_from < coalesce(a.valid_to, 'infinity')
        and coalesce(a.municipality_code, b.municipality_code, '')
        = coalesce(b.municipality_code, a.municipality_code, '')
        and coalesce(a.channel_code, b.channel_code, '') = coalesce(b.channel_code, a.channel_code, '')
        and coalesce(a.kind, b.kind, '') = coalesce(b.kind, a.kind, '')
        and coalesce(a.priority, b.priority, '') = coalesce(b.priority, a.priority, '')
        and coalesce(a.is_key_topic, b.is_key_topic, false) = coalesce(b.is_key_topic, a.is_key_topic, false)
        and (
            a.topic_prefix is null
            or b.topic_prefix is null
            or starts_with(a.topic_prefix, b.topic_prefix)
            or starts_with(b.topic_prefix, a.topic_prefix)
        )
where
    a.season_from is null
    or b.season_from is null
    or exists (
        select 1
        from generate_series('2024-01-01'::timestamp, '2024-12-31'::timestamp, '1 day') as d (day_of_year)
        where {{ in_season('a', 'd.day_of_year') }} and {{ in_season('b', 'd.day_of_year') }}
    )
