{# Text with the letters that its HTML entities stand for; those that are not known are a blank. #}
{% macro without_entities(text) -%}
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
    regexp_replace({{ ns.sql }}, '&(#x?[0-9a-fA-F]+|[a-zA-Z]{2,8});', ' ', 'g')
{%- endmacro %}
