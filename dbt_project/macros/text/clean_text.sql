{#
    Text as a person wrote it, without what exports add: HTML tags and entities, VK mentions
    `[club57433185|Пермь Первая]`, the spreadsheet's leading apostrophe, back-quotes for quotes, runs of white space.
    Empty text, and the export's «Сообщение без текста», are NULL.

    Most texts have nothing of all this: one look at the letters spares them thirty.
#}
{% macro clean_text(text) -%}
    {%- set ns = namespace(sql=text) -%}
    {%- for entity, plain in [
        ('&amp;', '&'), ('&nbsp;', ' '), ('&quot;', '"'), ('&lt;', '<'), ('&gt;', '>'), ('&apos;', "''"),
        ('&#39;', "''"), ('&laquo;', '«'), ('&raquo;', '»'), ('&ldquo;', '“'), ('&rdquo;', '”'), ('&bdquo;', '„'),
        ('&lsquo;', '‘'), ('&rsquo;', '’'), ('&ndash;', '–'), ('&mdash;', '—'), ('&minus;', '−'),
        ('&hellip;', '…'), ('&middot;', '·'),
        ('&bull;', '•'), ('&deg;', '°'), ('&sup2;', '²'), ('&sup3;', '³'), ('&frac12;', '½'), ('&times;', '×'),
        ('&sect;', '§'), ('&shy;', '')
    ] -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", '" ~ entity ~ "', '" ~ plain ~ "')" -%}
    {%- endfor -%}
    {%- for pattern, plain in [
        ("&(#x?[0-9a-fA-F]+|[a-zA-Z]{2,8});", " "),
        ("<(style|script)[^>]*>.*?</\\1>", " "),
        ("</?[a-zA-Z][^>]*>|<!--.*?-->", " "),
        ("\\[(?:club|public|id|event)\\d+\\|([^\\]]*)\\]", "\\1"),
        ("^\\s*''+", ""),
        ("[\\s\\u00a0\\u200b\\ufeff]+", " ")
    ] -%}
        {%- set ns.sql = "regexp_replace(" ~ ns.sql ~ ", '" ~ pattern ~ "', '" ~ plain ~ "', 'g')" -%}
    {%- endfor -%}
    nullif(nullif(
        case
            when {{ text }} ~ '[&<\[`\u00a0\u200b\ufeff]|[^\S ]|^[\s'']|\s\s|\s$'
                then btrim(translate({{ ns.sql }}, '`', '"'))
            else {{ text }}
        end, ''
    ), 'Сообщение без текста')
{%- endmacro %}
