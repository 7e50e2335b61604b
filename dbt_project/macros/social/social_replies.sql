{#
    Every answer of the page to every record, from all accepted versions: a bot gets an answer with the message that it
    answers, without the earlier ones. Answers of one moment are one, as last worded.
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
