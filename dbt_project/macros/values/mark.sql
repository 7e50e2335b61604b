{#
    A mark of 1…5 as people write it, or NULL: «5», «5,0», «5 (отлично)», «оценка: 4», «4 из 5», «5 баллов».
    A fraction, a number of another scale or other words are no mark.
#}
{% macro mark(text) -%}
    {%- set signs = '[\s:=.,;()«»"–—-]' -%}
    {%- set words = '(?:оценка|балл|балла|баллов|звезда|звезды|звёзд|звезд|очень|отлично|хорошо|удовлетворительно'
        ~ '|неудовлетворительно|плохо|отл|хор|удовл|неуд)' -%}
    {%- set form = '^[\s(«"]*(?:' ~ words ~ signs ~ '*)*[1-5](?:[.,]0+)?(?:\s*(?:/|из)\s*5(?:[.,]0+)?)?(?:' ~ signs
        ~ '*' ~ words ~ ')*[\s.!)»"]*$' -%}
    case when {{ plain(text) }} ~ '{{ form }}' then substring({{ plain(text) }} from '[1-5]')::smallint end
{%- endmacro %}
