{# The instant of the event of a rule (start_event, stop_event, only_if_event) in a row of int_milestones. #}
{% macro milestone(event, row) -%}
    case {{ event }}
        when 'registered' then {{ row }}.registered_at
        when 'passed_on' then {{ row }}.passed_on_at
        when 'forwarding_notice' then {{ row }}.forwarding_notice_at
        when 'requested' then {{ row }}.requested_at
        when 'request_answered' then {{ row }}.request_answered_at
        when 'first_reply' then {{ row }}.first_reply_at
        when 'interim_reply' then {{ row }}.interim_reply_at
        when 'final_reply' then {{ row }}.first_final_reply_at
        when 'deferred' then {{ row }}.deferred_at
        when 'deferred_reply' then {{ row }}.deferred_reply_at
        when 'reopened' then {{ row }}.reopened_at
        when 'reopened_reply' then {{ row }}.reopened_reply_at
    end
{%- endmacro %}
