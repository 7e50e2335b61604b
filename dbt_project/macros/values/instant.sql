{#
    An instant from text: ISO with an offset, or a local time of `zone` written as ISO or as dd.mm.yyyy hh:mm; `zone`:
    SQL, by default the installation's. Anything else is NULL, and so is a year that cannot be: landing refuses it in
    declared fields (mcu.moments), this is the net for all others.
#}
{% macro instant(text, zone=none) -%}
    {%- set iso -%}
        substr({{ text }}, 7, 4) || '-' || substr({{ text }}, 4, 2) || '-' || left({{ text }}, 2)
        || substr({{ text }}, 11)
    {%- endset -%}
    {%- set zone = zone or "'" ~ var('time_zone') ~ "'" -%}
    case
        when {{ text }} like '____-__-__%' and left({{ text }}, 4) between '1990' and '2099' then
            case
                when length({{ text }}) > 10 and right({{ text }}, 6) ~ '[Z+-]' then
                    case when pg_input_is_valid({{ text }}, 'timestamptz') then ({{ text }})::timestamptz end
                when pg_input_is_valid({{ text }}, 'timestamp') then ({{ text }})::timestamp at time zone {{ zone }}
            end
        -- ten digits and points where they belong: a pattern would take as long as all the rest
        when
            {{ text }} like '__.__.____%' and translate(left({{ text }}, 10), '0123456789', '') = '..'
            and substr({{ text }}, 7, 4) between '1990' and '2099'
            then
                case
                    when pg_input_is_valid({{ iso }}, 'timestamp') then ({{ iso }})::timestamp at time zone {{ zone }}
                end
    end
{%- endmacro %}
