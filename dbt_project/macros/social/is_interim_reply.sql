{# True if an answer only says that the matter was taken up. #}
{% macro is_interim_reply(text) -%}
    coalesce(
        {{ text }} ~* '(принят[аоы]?|передан[аоы]?|взят[аоы]?|направлен[аоы]?) в работу|окончательный ответ будет',
        false
    )
{%- endmacro %}
