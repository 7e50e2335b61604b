{# Grain: one record that is no message of a citizen. #}
{% macro social_others(slug) -%}
with versions as not materialized (
    {{ latest_versions(slug) }}
)

select
    '{{ slug }}' as source_slug,
    record_ref,
    case
        when payload ->> 'kind' in ('page', 'service') then payload ->> 'kind'
        else 'official_' || (payload ->> 'kind')
    end as what
from versions
where not {{ is_citizens('payload') }}
{%- endmacro %}
