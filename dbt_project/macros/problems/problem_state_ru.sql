{# The state of a problem (macro problem_state) in the words that people read. #}
{% macro problem_state_ru(state) -%}
    case {{ state }}
        when 'opened' then 'Открыта' when 'answered' then 'Дан ответ' when 'quiet' then 'Затихла'
        when 'returned' then 'Вернулась'
    end
{%- endmacro %}
