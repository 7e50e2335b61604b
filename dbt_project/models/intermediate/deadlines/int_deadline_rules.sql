-- Grain: one deadline rule, with how specific it is: the number of things it names, the municipality before all others.
select
    rule_code,
    stage,
    municipality_code,
    channel_code,
    kind,
    topic_prefix,
    is_key_topic,
    priority,
    amount,
    unit,
    schedule_code,
    start_event,
    stop_event,
    shift,
    control_amount,
    extension_amount,
    valid_from,
    valid_to,
    legal_basis,
    (municipality_code is not null)::integer * 10
    + (channel_code is not null)::integer
    + (kind is not null)::integer
    + (topic_prefix is not null)::integer
    + (is_key_topic is not null)::integer
    + (priority is not null)::integer as specificity
from {{ ref('deadline_rules') }}
