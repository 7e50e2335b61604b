{#
    The versions of a source that has a column for each field. Arguments are SQL over the row `v`: registration, first
    and final reply, promised date and mark as text; priority, topic and recipient as the version has them.
#}
{% macro column_versions(
    slug, registered='null', first_reply='null', final_reply='null', priority="'ordinary'", topic='null',
    recipient='null', promised='null', mark_text='null', zone=none
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
        {{ recipient }}::text as recipient_ref,
        {{ instant(promised ~ '::text', zone) }} as promised_at,
        {{ mark(mark_text ~ '::text') }} as mark
    from ({{ several_versions(slug) }}) as v
{%- endmacro %}
