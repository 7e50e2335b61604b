{# True if a rule's conditions hold for a kind of item: what the rule does not name does not matter. #}
{% macro fits_rule(rule, item) -%}
    ({{ rule }}.municipality_code is null or {{ item }}.municipality_code = {{ rule }}.municipality_code)
    and ({{ rule }}.channel_code is null or {{ item }}.channel_code = {{ rule }}.channel_code)
    and ({{ rule }}.kind is null or {{ item }}.kind = {{ rule }}.kind)
    and ({{ rule }}.topic_prefix is null or starts_with({{ item }}.topic_code, {{ rule }}.topic_prefix))
    and ({{ rule }}.is_key_topic is null or {{ item }}.is_key_topic = {{ rule }}.is_key_topic)
    and ({{ rule }}.priority is null or {{ item }}.priority = {{ rule }}.priority)
{%- endmacro %}
