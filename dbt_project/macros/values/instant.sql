{#
    An instant from text: ISO with an offset, or a local time of `zone` written as ISO or as dd.mm.yyyy hh:mm.
    Anything else is NULL.
#}
{% macro instant(text, zone="'UTC'") -%}
    case
        when {{ text }} like '____-__-__%' then
            case
                when length({{ text }}) > 10 and right({{ text }}, 6) ~ '[Z+-]' then
                    case when pg_input_is_valid({{ text }}, 'timestamptz') then ({{ text }})::timestamptz end
                when pg_input_is_valid({{ text }}, 'timestamp') then ({{ text }})::timestamp at time zone {{ zone }}
            end
        when {{ text }} like '__.__.____%' then
            case
                when pg_input_is_valid(
                    regexp_replace({{ text }}, '^(\d\d)\.(\d\d)\.(\d{4})', '\3-\2-\1'), 'timestamp'
                )
                    then
                        regexp_replace({{ text }}, '^(\d\d)\.(\d\d)\.(\d{4})', '\3-\2-\1')::timestamp
                        at time zone {{ zone }}
            end
    end
{%- endmacro %}
