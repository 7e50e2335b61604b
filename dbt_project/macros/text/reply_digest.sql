{#
    What remains of a reply for comparison: the md5 of its letters and digits, without case and without the address to
    a person («Уважаемая …!»). The text itself cannot be brought back from it.
#}
{% macro reply_digest(text) -%}
    md5(regexp_replace(
        regexp_replace({{ plain(text) }}, '^\s*(уважаем|здравствуйте|добрый день)[^!,.]*[!,.]', ''),
        '[^[:alnum:]]+', ' ', 'g'
    ))
{%- endmacro %}
