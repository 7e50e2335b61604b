{#
    Text as a person wrote it, without what exports add: HTML tags and entities, VK mentions
    `[club57433185|Пермь Первая]`, the spreadsheet's leading apostrophe, back-quotes for quotes, runs of white space.
    Empty text, and the export's «Сообщение без текста», are NULL.

    Most texts have nothing of all this: one look at the letters spares them thirty. Most of the others have no entity:
    one more look spares them that part.
#}
{% macro clean_text(text) -%}
    nullif(nullif(
        case
            when {{ text }} like '%&%' then {{ without_markup(without_entities(text)) }}
            when {{ text }} ~ '[<\[`\u00a0\u200b\ufeff]|[^\S ]|^[\s'']|\s\s|\s$' then {{ without_markup(text) }}
            else {{ text }}
        end, ''
    ), 'Сообщение без текста')
{%- endmacro %}
