{# The lower bound of a share by Wilson: what is proved of `part` in `whole` at so many standard deviations. #}
{% macro wilson_low(part, whole, z) -%}
    case
        when {{ whole }} > 0 then greatest((
            {{ part }} + {{ z * z }} / 2.0
            - {{ z }} * sqrt(
                {{ part }} * ({{ whole }} - {{ part }})::double precision / {{ whole }} + {{ z * z }} / 4.0
            )
        ) / ({{ whole }} + {{ z * z }}), 0)
        else 0
    end
{%- endmacro %}
