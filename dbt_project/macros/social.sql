{#
    Staging of social networks and messengers: their connectors give one shape (plugins/mcu/connectors/social.py), so one
    text serves them all. What citizens wrote is an item; posts and answers of the official page, service messages and
    the page's own record are `others`.
#}

{% macro is_citizens(payload) -%}
    ({{ payload }} ->> 'is_official' = 'false' and {{ payload }} ->> 'kind' not in ('page', 'service'))
{%- endmacro %}

{# An answer that only says that the matter was taken up. #}
{% macro is_interim_reply(text) -%}
    coalesce({{ text }} ~* '(принят[аоы]?|передан[аоы]?|взят[аоы]?|направлен[аоы]?) в работу|окончательный ответ будет', false)
{%- endmacro %}

{#
    Every answer of the page to every record, by any accepted version: a bot is told of an answer with the message it
    answers, not of those before it. One moment is one answer, as last worded.
#}
{% macro social_replies(slug) -%}
    select distinct on (v.record_ref, {{ instant("e.entry ->> 'at'") }})
        v.record_ref,
        {{ instant("e.entry ->> 'at'") }} as replied_at,
        e.entry ->> 'text' as reply_text,
        {{ is_interim_reply("e.entry ->> 'text'") }} as is_interim
    from ({{ accepted_versions(slug) }}) as v
    cross join lateral jsonb_array_elements(
        case when jsonb_typeof(v.payload -> 'replies') = 'array' then v.payload -> 'replies' else '[]' end
    ) as e (entry)
    where {{ is_citizens('v.payload') }}
    order by v.record_ref, {{ instant("e.entry ->> 'at'") }}, v.source_updated_at desc, v.load_id desc
{%- endmacro %}

{# Not materialized, so that the record asked for is looked up in raw by its index. #}
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

{% macro social_others(slug) -%}
with versions as not materialized (
    {{ latest_versions(slug) }}
)

select
    '{{ slug }}' as source_slug,
    record_ref,
    case when payload ->> 'kind' in ('page', 'service') then payload ->> 'kind' else 'official_' || (payload ->> 'kind') end
        as what
from versions
where not {{ is_citizens('payload') }}
{%- endmacro %}

{# Grain: page × local day: what it published that day, as last seen, and its readers where they were counted that day. #}
{% macro social_page_figures(slug) -%}
with versions as (
    {{ latest_versions(slug) }}
),

told as (
    select
        v.payload ->> 'page' as page_ref,
        v.payload ->> 'municipality' as municipality_ref,
        v.load_id,
        v.payload ->> 'kind' = 'post' as is_post,
        case
            when v.payload ->> 'kind' = 'page' then {{ iso_date("v.payload ->> 'at'") }}
            else {{ local_date(instant("v.payload ->> 'at'"), "coalesce(m.time_zone, '" ~ var('time_zone') ~ "')") }}
        end as figure_on,
        {%- for figure in ['members', 'views', 'likes', 'comments', 'reposts'] %}
        case
            when pg_input_is_valid(v.payload -> 'figures' ->> '{{ figure }}', 'bigint')
                then (v.payload -> 'figures' ->> '{{ figure }}')::bigint
        end as {{ figure }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from versions as v
    left join {{ ref('municipality_map') }} as r
        on r.source_slug = '{{ slug }}' and v.payload ->> 'municipality' = r.municipality_ref
    left join {{ ref('municipalities') }} as m
        on coalesce(r.municipality_code, v.payload ->> 'municipality') = m.municipality_code
    where
        v.payload ->> 'is_official' = 'true'
        and v.payload ->> 'kind' in ('post', 'page')
)

select
    '{{ slug }}' as source_slug,
    page_ref,
    min(municipality_ref) as municipality_ref,
    figure_on,
    max(members) as members_count,
    count(*) filter (where is_post) as posts_count,
    coalesce(sum(views), 0)::bigint as views_count,
    coalesce(sum(likes), 0)::bigint as likes_count,
    coalesce(sum(comments), 0)::bigint as comments_count,
    coalesce(sum(reposts), 0)::bigint as reposts_count,
    max(load_id) as load_id
from told
where figure_on is not null
group by page_ref, figure_on
{%- endmacro %}
