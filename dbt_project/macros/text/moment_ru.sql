{# A moment as people of the zone write it. Midnight is a date whose source gives no time of day. #}
{% macro moment_ru(moment, zone) -%}
    to_char(
        {{ moment }} at time zone {{ zone }},
        case
            when ({{ moment }} at time zone {{ zone }})::time = '00:00' then 'DD.MM.YYYY "без времени суток"'
            else 'DD.MM.YYYY HH24:MI'
        end
    )
{%- endmacro %}
