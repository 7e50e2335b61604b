{#-
    The condition under which the person who asks may read what is no figure of a part of the city. `who`: "anyone"
    with a scope; "managers", who see at least one whole municipality. `municipality`: only with a scope in it, whole or
    not.
-#}
{% macro visible_to(who, municipality=none) -%}
    exists (
        select 1
        from {{ source('access', 'scopes') }} as scope
        where
            true
            {%- if who == 'managers' %} and scope.block_code is null and scope.recipient_code is null{% endif %}
            {%- if municipality %} and scope.municipality_code in ('*', {{ municipality }}){% endif %}
    )
{%- endmacro %}
