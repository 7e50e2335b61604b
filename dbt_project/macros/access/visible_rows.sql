{#-
    The condition under which the person who asks may read a row of a view of `bi`: one of the person's scopes
    (`access.scopes`, found by the login and by nothing that a query could change) holds it. Who sees all sees every
    row. A row of a whole municipality, or of a block, needs a scope that holds all of it. Arguments: the columns with
    the codes, as far as the row has them; without any of them only who sees all reads it. Who sees a block reads the
    rows of its recipients too where a row is about a recipient as a whole: without `block`, or with `whole_recipient`.
-#}
{% macro visible_rows(municipality=none, block=none, recipient=none, whole_recipient=none) -%}
    (
        exists (select 1 from {{ source('access', 'scopes') }} as whole where whole.municipality_code = '*')
        {%- if municipality %}
        or {{ municipality }} in (
            select whole.municipality_code
            from {{ source('access', 'scopes') }} as whole
            where whole.block_code is null and whole.recipient_code is null
        )
        {%- endif %}
        {%- if block %}
        or {{ block }} in (
            select part.block_code
            from {{ source('access', 'scopes') }} as part
            where part.block_code is not null
        )
        {%- endif %}
        {%- if recipient %}
        or {{ recipient }} in (
            select below.recipient_code
            from {{ source('access', 'scopes') }} as part
            inner join {{ ref('int_recipients_below') }} as below
                on (below.above_kind = 'recipient' and below.above_code = part.recipient_code)
                {%- if whole_recipient or not block %}
                or (below.above_kind = 'block' and below.above_code = part.block_code)
                {%- endif %}
        )
        {%- endif %}
    )
{%- endmacro %}
