{# From raw to typed columns. #}

{# Every accepted version of every record of a source. #}
{% macro accepted_versions(slug) -%}
    select
        v.record_ref,
        v.payload,
        v.payload_hash,
        v.source_updated_at,
        v.load_id,
        v.loaded_at
    from {{ source('raw', slug) }} as v
    inner join {{ ref('stg_ops__accepted_loads') }} as l on v.load_id = l.load_id
{%- endmacro %}

{# The latest accepted version of each record of a source. #}
{% macro latest_versions(slug) -%}
    select distinct on (v.record_ref)
        v.record_ref,
        v.payload,
        v.source_updated_at,
        v.load_id,
        v.loaded_at
    from ({{ accepted_versions(slug) }}) as v
    order by v.record_ref, v.source_updated_at desc nulls last, v.load_id desc, v.payload_hash
{%- endmacro %}

{#
    An instant from text: ISO with an offset, or a local time of `zone` written as ISO or as dd.mm.yyyy hh:mm.
    Anything else is NULL: bad values were refused at landing, a build never fails on one.
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

{# A calendar date from ISO text, or NULL. #}
{% macro iso_date(text) -%}
    case
        when {{ text }} like '____-__-__%' and pg_input_is_valid(left({{ text }}, 10), 'date')
            then left({{ text }}, 10)::date
    end
{%- endmacro %}

{# A coordinate in degrees, or NULL. #}
{% macro degrees(text, limit) -%}
    case
        when pg_input_is_valid({{ text }}, 'double precision') and abs(({{ text }})::double precision) <= {{ limit }}
            then ({{ text }})::double precision
    end
{%- endmacro %}

{# A mark of 1…5, or NULL. #}
{% macro mark(text) -%}
    case when {{ text }} ~ '^[1-5](\.0+)?$' then left({{ text }}, 1)::smallint end
{%- endmacro %}

{# A count: a whole number that is not negative, or NULL. #}
{% macro whole(text) -%}
    case when {{ text }} ~ '^\d{1,18}(\.0+)?$' then split_part({{ text }}, '.', 1)::bigint end
{%- endmacro %}

{# A share of 0…100 per cent, or NULL. #}
{% macro percent(text) -%}
    case when {{ text }} ~ '^(100|\d{1,2})([.,]\d+)?$' then least(replace({{ text }}, ',', '.')::numeric, 100) end
{%- endmacro %}
