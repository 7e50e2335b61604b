{#
    True if a reply names an object, a place or a day: it has a number (a date, a house, a document), or shares a word
    with the question. Words are compared by their first five letters; those of any official letter do not count.
#}
{% macro names_the_matter(reply, question) -%}
    case
        when {{ reply }} ~ '[0-9]' then true
        else exists (
            select 1
            from regexp_split_to_table({{ plain(reply) }}, '[^[:alpha:]]+') as r (word)
            where
                length(r.word) >= 5
                and left(r.word, 5) not in ({{ "'" ~ var('common_stems') | join("', '") ~ "'" }})
                and strpos({{ plain(question) }}, left(r.word, 5)) > 0
        )
    end
{%- endmacro %}
