{#
    Text without HTML tags, VK mentions, the spreadsheet's apostrophe, back-quotes and runs of white space. The last
    pattern finds those runs only: a single blank between two words is most of what white space there is.
#}
{% macro without_markup(text) -%}
    {%- set ns = namespace(sql=text) -%}
    {%- for pattern, plain in [
        ("<(style|script)[^>]*>.*?</\\1>", " "),
        ("</?[a-zA-Z][^>]*>|<!--.*?-->", " "),
        ("\\[(?:club|public|id|event)\\d+\\|([^\\]]*)\\]", "\\1"),
        ("^\\s*''+", ""),
        ("[\\s\\u00a0\\u200b\\ufeff]{2,}|[^\\S ]|[\\u00a0\\u200b\\ufeff]", " ")
    ] -%}
        {%- set ns.sql = "regexp_replace(" ~ ns.sql ~ ", '" ~ pattern ~ "', '" ~ plain ~ "', 'g')" -%}
    {%- endfor -%}
    btrim(replace({{ ns.sql }}, '`', '"'))
{%- endmacro %}
