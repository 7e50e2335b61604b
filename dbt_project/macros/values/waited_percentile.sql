{#
    The time, in units of `seconds`, within which `share` of the items got what came at `moment`; an item that has not
    got it counts as longer than any other, so NULL if fewer than `share` have it. Aggregates items aliased `f`.
#}
{% macro waited_percentile(share, moment, seconds) -%}
    nullif(
        percentile_disc({{ share }}) within group (
            order by greatest(coalesce(
                extract(epoch from {{ moment }} - f.received_at) / {{ seconds }}, 'infinity'::numeric
            ), 0)
        ), 'infinity'::numeric
    )
{%- endmacro %}
