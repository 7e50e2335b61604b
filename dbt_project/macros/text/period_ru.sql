{#- The month of a day as the filter «Период» names it: «ноябрь 2026». A column of the view, not of the dataset: only so
    the server looks for the rows of a month before it joins and counts. -#}
{% macro period_ru(day) -%}
    (array[
        'январь', 'февраль', 'март', 'апрель', 'май', 'июнь', 'июль', 'август', 'сентябрь', 'октябрь', 'ноябрь',
        'декабрь'
    ])[extract(month from {{ day }})::integer] || ' ' || to_char({{ day }}, 'YYYY')
{%- endmacro %}
