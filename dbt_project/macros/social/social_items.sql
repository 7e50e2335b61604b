{# Grain: one message of a citizen. Not materialized, so that the record asked for is looked up in raw by its index. #}
{% macro social_items(slug, channel=none, kind='open_source_message') -%}
with versions as not materialized (
    {{ latest_versions(slug) }}
),

messages as not materialized (
    select *
    from versions
    where {{ is_citizens('payload') }}
),

replies as (
    select
        record_ref,
        bool_or(not is_interim) as is_answered,
        (array_agg(reply_text order by is_interim, replied_at desc nulls last))[1] as reply_text
    from (
        {{ social_replies(slug) }}
    ) as r
    group by record_ref
)

select
    '{{ slug }}' as source_slug,
    m.record_ref,
    m.payload ->> 'municipality' as municipality_ref,
    '{{ kind }}' as kind,
    '{{ channel or slug }}' as channel_code,
    coalesce({{ instant("m.payload ->> 'at'") }}, m.source_updated_at, m.loaded_at) as received_at,
    null::timestamptz as registered_at,
    case
        when r.is_answered then 'Дан ответ'
        when m.payload ->> 'deleted' = 'true' then 'Удалено автором'
        when r.record_ref is not null then 'Принято в работу'
        else 'Без ответа'
    end as status_ref,
    null::text as topic_ref,
    null::text as recipient_ref,
    null::text as executor_ref,
    m.payload ->> 'author_key' as author_key,
    {{ clean_text("m.payload ->> 'text'") }} as text,
    null::text as address,
    null::text as place,
    null::double precision as latitude,
    null::double precision as longitude,
    'ordinary' as priority,
    null::smallint as mark,
    {{ clean_text('r.reply_text') }} as reply_text,
    null::text as parent_ref,
    m.source_updated_at,
    m.load_id,
    jsonb_build_object(
        'page', m.payload ->> 'page', 'place', m.payload ->> 'kind', 'answers_to', m.payload ->> 'answers_to'
    ) as source_metadata
from messages as m
left join replies as r on m.record_ref = r.record_ref
{%- endmacro %}
