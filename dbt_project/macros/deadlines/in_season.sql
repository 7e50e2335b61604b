{# True if `day` lies in the season of a rule: MM-DD to MM-DD, both included; a season may go over the New Year. #}
{% macro in_season(row, day) -%}
    case
        when {{ row }}.season_from is null then true
        when {{ row }}.season_from <= {{ row }}.season_to
            then to_char({{ day }}, 'MM-DD') between {{ row }}.season_from and {{ row }}.season_to
        else to_char({{ day }}, 'MM-DD') >= {{ row }}.season_from or to_char({{ day }}, 'MM-DD') <= {{ row }}.season_to
    end
{%- endmacro %}
