{# Codes of the indicators whose SQL gives one row an item: `meta.grain` of the model is `item`. #}
{% macro item_indicators() -%}
    {%- set found = [] -%}
    {%- for code in var('indicator_codes') -%}
        {%- set model = graph.nodes.get('model.mcu.ind_' ~ code) if execute else none -%}
        {%- if not execute or (model and model.config.meta.get('grain') == 'item') -%}
            {%- do found.append(code) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
