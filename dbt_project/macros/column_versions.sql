{#
    The versions of a source that tells all by columns: the SQL, over the row `v`, of registration, first and final reply
    as text, and of the priority, the topic and the recipient as the version tells them.
#}
{% macro column_versions(
    slug, registered='null', first_reply='null', final_reply='null', priority="'ordinary'", topic='null', recipient='null', zone="'UTC'"
) -%}
    select
        '{{ slug }}' as source_slug,
        v.record_ref,
        v.version_no,
        v.seen_at,
        {{ instant(registered ~ '::text', zone) }} as registered_at,
        {{ instant(first_reply ~ '::text', zone) }} as first_reply_at,
        {{ instant(final_reply ~ '::text', zone) }} as final_reply_at,
        {{ priority }} as priority,
        {{ topic }}::text as topic_ref,
        {{ recipient }}::text as recipient_ref
    from ({{ several_versions(slug) }}) as v
{%- endmacro %}
