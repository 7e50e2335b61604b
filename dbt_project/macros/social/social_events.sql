{# Grain: one thing that happened to a message of a citizen. #}
{% macro social_events(slug) -%}
with versions as not materialized (
    {{ latest_versions(slug) }}
),

messages as not materialized (
    select *
    from versions
    where {{ is_citizens('payload') }}
),

replies as not materialized (
    {{ social_replies(slug) }}
),

events as (
    select
        record_ref,
        'received' as event_code,
        {{ instant("payload ->> 'at'") }} as occurred_at
    from messages
    union all
    select
        record_ref,
        'first_reply' as event_code,
        min(replied_at) as occurred_at
    from replies
    group by record_ref
    union all
    select
        record_ref,
        'interim_reply' as event_code,
        replied_at as occurred_at
    from replies
    where is_interim
    union all
    select
        record_ref,
        'final_reply' as event_code,
        max(replied_at) as occurred_at
    from replies
    where not is_interim
    group by record_ref
)

select
    '{{ slug }}' as source_slug,
    record_ref,
    event_code,
    occurred_at,
    null::text as recipient_ref,
    null::text as detail
from events
where occurred_at is not null
{%- endmacro %}
