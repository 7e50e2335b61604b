-- Grain: indicator × month × item: what each item adds to the figures of fct_indicator_values, so that a figure that
-- changed after it was published can be explained item by item. Indicators whose SQL gives no rows of items are absent.
{{ config(materialized='view', post_hook=[], tags=['each_run']) }}
{%- for code in var('indicator_codes') %}
-- depends_on: {{ ref('ind_' ~ code) }}
{%- endfor %}

{% for code in item_indicators() -%}
select
    indicator_code,
    municipality_code,
    period_month,
    feedback_key,
    numerator,
    denominator
from {{ ref('ind_' ~ code) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
