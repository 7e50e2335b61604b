{#
    How far a plan is achieved, 0–1 with four digits, never rounded up and never above 1: what is overfulfilled makes up
    for nothing. Empty without a value, a plan or a direction, and for a plan of zero that more should exceed.
#}
{% macro achievement(value, plan, direction) -%}
    case
        -- least() passes over NULL: a month without a value has achieved nothing
        when {{ value }} is null then null
        when {{ direction }} = 'more' and {{ plan }} > 0 then trunc(least({{ value }} / {{ plan }}, 1), 4)
        when {{ direction }} = 'less' and {{ value }} <= {{ plan }} then 1
        when {{ direction }} = 'less' and {{ value }} > {{ plan }} then trunc({{ plan }} / {{ value }}, 4)
    end
{%- endmacro %}
